#include "moves.hpp"

#include <algorithm>

#include "model/move.hpp"
#include "model/tags.hpp"
#include "sim/core/resources/root_volumes.hpp"

namespace ec2spotter::storm {

using scenario::LocalEc2;

void follow_roots(LocalEc2& ec2, const std::vector<Machine>& machines,
                  std::vector<VolumeId>& roots) {
  std::map<std::string, std::pair<long, std::string>> newest;
  for (const auto& [id, volume] : ec2.core().table("us-east-1", "volume")) {
    const std::string self = sim::tag_value(volume, tag::kVolume);
    if (sim::tag_value(volume, tag::kRole) != tag::kRoleRoot || self != id) continue;
    auto& best = newest[sim::tag_value(volume, tag::kMachine)];
    best = std::max(best, {sim::generation_of(volume), id});
  }
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const auto found = newest.find(machines[i].name.str());
    if (found != newest.end()) roots[i] = VolumeId(found->second.second);
  }
}

void order_move(LocalEc2& ec2, const VolumeId& root, const std::string& zone) {
  for (const sim::Json& volume : ec2.resources("volume")) {
    const bool there = volume.at("availabilityZone") == zone;
    const bool ordered = !sim::tag_value(volume, tag::kMove).empty();
    const bool ours = sim::tag_value(volume, tag::kRole) == tag::kRoleRoot;
    if (volume.at("volumeId") != root.str() || there || ordered || !ours) continue;
    const MoveOrder order{.generation = static_cast<int>(sim::generation_of(volume)) + 1,
                          .zone = zone,
                          .since = ec2.clock().now(),
                          .from = {}};
    ec2.person("CreateTags", {{"ResourceId.1", root.str()},
                              {"Tag.1.Key", std::string(tag::kMove)},
                              {"Tag.1.Value", to_string(order)}});
  }
}

void set_zone(LocalEc2& ec2, const std::string& zone, int available) {
  for (const char* type : kTypes) {
    for (const char* market : {"spot", "on-demand"}) {
      ec2.set_capacity(type, market, available, zone);
    }
  }
}

std::size_t former_roots(LocalEc2& ec2) {
  const auto volumes = ec2.resources("volume");
  return static_cast<std::size_t>(
      std::count_if(volumes.begin(), volumes.end(), [](const sim::Json& volume) {
        return sim::tag_value(volume, tag::kState) == tag::kRetired;
      }));
}

std::string leftovers_of_moves(LocalEc2& ec2) {
  std::string list;
  for (const char* kind : {"snapshot", "launch-template", "volume"}) {
    for (const sim::Json& each : ec2.resources(kind)) {
      const std::string role = sim::tag_value(each, tag::kRole);
      const bool of_move = role == tag::kRoleNext || role == tag::kRoleClaim ||
                           (role == tag::kRoleSnapshot && sim::tag_value(each, tag::kPurpose) !=
                                                              to_string(SnapshotPurpose::backup));
      if (of_move) list += std::string("\n  ") + kind + " " + each.at("tagSet").dump();
    }
  }
  return list;
}

}  // namespace ec2spotter::storm
