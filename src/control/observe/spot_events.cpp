#include "control/observe/spot_events.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace ec2spotter {
namespace {

std::string text(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

std::optional<SpotEvent::Kind> kind_of(const std::string& detail_type) {
  if (detail_type == "EC2 Instance Rebalance Recommendation") return SpotEvent::Kind::rebalance;
  if (detail_type == "EC2 Spot Instance Interruption Warning") return SpotEvent::Kind::warning;
  return std::nullopt;
}

bool is_instance_id(const std::string& id) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return id.size() > 2 && id.size() <= 32 && id.starts_with("i-") &&
         std::all_of(id.begin() + 2, id.end(), is_digit);
}

}  // namespace

std::optional<SpotEvent> parse_spot_event(std::string_view json) {
  const auto event = nlohmann::json::parse(json, nullptr, false);
  if (text(event, "source") != "aws.ec2") return std::nullopt;
  const auto kind = kind_of(text(event, "detail-type"));
  const auto detail = event.find("detail");
  if (!kind || detail == event.end()) return std::nullopt;
  const std::string id = text(*detail, "instance-id");
  if (!is_instance_id(id)) return std::nullopt;
  return SpotEvent{*kind, InstanceId(id)};
}

}  // namespace ec2spotter
