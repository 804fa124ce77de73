#include "sim/core/resources/root_volumes.hpp"

#include <charconv>

#include "sim/core/state/places.hpp"

namespace ec2spotter::sim {
namespace {

// Volumes of former times have no role.
bool has_role_of_root(const Json& volume) {
  const std::string role = tag_value(volume, "ec2spotter:role");
  return role.empty() ? tag_value(volume, "ec2spotter:state") == "current" : role == "root";
}

bool is_copy(const Json& volume) {
  const std::string self = tag_value(volume, "ec2spotter:volume");
  return !self.empty() && self != text(volume, "volumeId");
}

// Has the machine a root of a higher generation?
bool is_outdated(const World& world, const Json& volume) {
  const std::string owner = root_owner(volume);
  if (owner.empty()) return false;
  for (const std::string& region : region_names()) {
    for (const auto& [id, other] : world.table(region, "volume")) {
      if (root_owner(other) == owner && generation_of(other) > generation_of(volume)) return true;
    }
  }
  return false;
}

}  // namespace

std::string root_owner(const Json& volume) {
  const std::string machine = tag_value(volume, "ec2spotter:machine");
  if (machine.empty() || !has_role_of_root(volume)) return {};
  // What an instance holds has its machine's tags for a reason: it counts, copy or not.
  if (is_copy(volume) && volume.at("attachmentSet").empty()) return {};
  return tag_value(volume, "ec2spotter:owner") + "/" + machine;
}

long generation_of(const Json& volume) {
  const std::string tag = tag_value(volume, "ec2spotter:generation");
  long generation = 1;
  const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), generation);
  const bool whole = error == std::errc() && end == tag.data() + tag.size();
  return whole && generation >= 1 ? generation : 1;
}

void note_retired(World& world, const Json& volume, Json& attachment) {
  if (tag_value(volume, "ec2spotter:state") == "retired" || is_outdated(world, volume)) {
    attachment["_retired"] = true;
  }
}

}  // namespace ec2spotter::sim
