#include "model/move.hpp"

#include <charconv>
#include <sstream>

#include "model/tags.hpp"
#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

const std::string& source_of(const MoveOrder& order) {
  return order.back_to.empty() ? order.from.str() : order.back_to.str();
}

void set_source(MoveOrder& order, const std::string& id) {
  const bool is_volume = id.starts_with("vol-");
  order.from = SnapshotId(is_volume ? "" : id);
  order.back_to = VolumeId(is_volume ? id : "");
}

// A whole number above 0; 0: the text has another form.
int parse_number(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0;
}

}  // namespace

std::string to_string(const MoveOrder& order) {
  const std::string source = source_of(order);
  return std::to_string(order.generation) + " " + order.zone + " " + format_iso8601(order.since) +
         (source.empty() ? "" : " " + source);
}

std::string destination_of(const MoveOrder& order) {
  const std::string source = source_of(order);
  return order.zone + (source.empty() ? "" : " " + source);
}

std::optional<MoveOrder> parse_move_order(const std::string& text) {
  std::istringstream words(text);
  std::string generation, zone, since, from, more;
  words >> generation >> zone >> since >> from >> more;
  const auto time = parse_iso8601(since);
  MoveOrder order{
      .generation = parse_number(generation), .zone = zone, .since = time.value_or(TimePoint{})};
  set_source(order, from);
  if (order.generation == 0 || !time || !more.empty()) return std::nullopt;
  return order;
}

MoveOrder with_destination(MoveOrder order, const std::string& destination) {
  std::istringstream words(destination);
  std::string source;
  words >> order.zone >> source;
  set_source(order, source);
  return order;
}

int generation_of_tags(const Tags& tags) {
  const int number = parse_number(tag::value(tags, tag::kGeneration));
  return number == 0 ? 1 : number;
}

int generation_of(const Volume& volume) { return generation_of_tags(volume.tags); }

TimePoint root_since(const Volume& root) {
  return parse_iso8601(tag::value(root.tags, tag::kRootSince)).value_or(root.created);
}

std::optional<MoveOrder> order_of(const Volume& root) {
  auto order = parse_move_order(tag::value(root.tags, tag::kMove));
  return order && order->generation > generation_of(root) ? order : std::nullopt;
}

std::string region_left_for(const Volume& root) {
  const auto order = parse_move_order(tag::value(root.tags, tag::kMove));
  const std::string region = order ? region_of_place(order->zone) : std::string();
  return region == region_of_place(root.zone) ? std::string() : region;
}

bool leaves_region(const Volume& root) {
  return order_of(root).has_value() && !region_left_for(root).empty();
}

bool has_departed(const Volume& root) {
  return leaves_region(root) && tag::value(root.tags, tag::kState) == tag::kRetired;
}

std::string zone_of_next(const Volume& root) {
  const auto order = order_of(root);
  return order ? order->zone : root.zone;
}

std::string_view to_string(SnapshotPurpose purpose) {
  switch (purpose) {
    case SnapshotPurpose::ahead: return "ahead";
    case SnapshotPurpose::last: return "last";
    case SnapshotPurpose::backup: return "backup";
  }
  return "backup";
}

bool is_for(const Snapshot& snapshot, SnapshotPurpose purpose, int generation) {
  return tag::value(snapshot.tags, tag::kPurpose) == to_string(purpose) &&
         tag::value(snapshot.tags, tag::kGeneration) == std::to_string(generation);
}

}  // namespace ec2spotter
