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

namespace {

// Is it a machine's root, and may it get an order? An earlier order of it is over.
bool takes_orders(const sim::Json& volume, const VolumeId& root) {
  const auto order = parse_move_order(sim::tag_value(volume, tag::kMove));
  return volume.at("volumeId") == root.str() &&
         (!order || order->generation <= sim::generation_of(volume)) &&
         sim::tag_value(volume, tag::kRole) == tag::kRoleRoot;
}

void give_order(LocalEc2& ec2, const sim::Json& root, MoveOrder order) {
  order.generation = static_cast<int>(sim::generation_of(root)) + 1;
  order.since = ec2.clock().now();
  ec2.person("CreateTags", {{"ResourceId.1", root.at("volumeId").get<std::string>()},
                            {"Tag.1.Key", std::string(tag::kMove)},
                            {"Tag.1.Value", to_string(order)}});
}

// The machine's newest resource of that kind for which `fits` holds; null: there is none.
template <class Fits>
sim::Json newest(LocalEc2& ec2, const char* kind, const char* time, const sim::Json& root,
                 Fits fits) {
  sim::Json best;
  for (const sim::Json& each : ec2.resources(kind)) {
    const bool own =
        sim::tag_value(each, tag::kMachine) == sim::tag_value(root, tag::kMachine) && fits(each);
    if (own && (best.is_null() || best.at(time) < each.at(time))) best = each;
  }
  return best;
}

}  // namespace

void order_move(LocalEc2& ec2, const VolumeId& root, const std::string& zone) {
  for (const sim::Json& volume : ec2.resources("volume")) {
    if (!takes_orders(volume, root) || volume.at("availabilityZone") == zone) continue;
    give_order(ec2, volume, {.zone = zone});
  }
}

void order_restore(LocalEc2& ec2, const VolumeId& root, bool former) {
  for (const sim::Json& volume : ec2.resources("volume")) {
    if (!takes_orders(volume, root)) continue;
    const sim::Json source =
        former
            ? newest(ec2, "volume", "createTime", volume,
                     [](const sim::Json& each) {
                       return sim::tag_value(each, tag::kState) == tag::kRetired &&
                              each.at("status") == "available";
                     })
            : newest(ec2, "snapshot", "startTime", volume, [](const sim::Json& each) {
                return sim::tag_value(each, tag::kPurpose) == to_string(SnapshotPurpose::backup) &&
                       each.at("status") == "completed";
              });
    if (source.is_null()) return;
    MoveOrder order{.zone = (former ? source : volume).at("availabilityZone")};
    if (former) {
      order.back_to = VolumeId(source.at("volumeId"));
    } else {
      order.from = SnapshotId(source.at("snapshotId"));
    }
    ec2.guests().allow_restore(order.from.str(), root.str());
    give_order(ec2, volume, order);
  }
}

bool is_restored_in_place(LocalEc2& ec2, const std::string& root) {
  const auto volumes = ec2.resources("volume");
  return std::any_of(volumes.begin(), volumes.end(), [&](const sim::Json& volume) {
    const auto order = parse_move_order(sim::tag_value(volume, tag::kMove));
    return sim::text(volume, "volumeId") == root && order &&
           order->generation > sim::generation_of(volume) && order->restores() &&
           sim::text(volume, "availabilityZone") == order->zone;
  });
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
