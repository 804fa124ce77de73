#include "cli/commands/volumes/ordering.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "control/act/execute.hpp"
#include "control/act/places.hpp"
#include "control/observe/belongings/own_snapshots.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

std::string in_words(const MoveOrder& order) {
  return order.restores()
             ? "being restored from " + destination_of(order).substr(order.zone.size() + 1)
             : "moving to " + order.zone;
}

// There is no root to go on with, and a restore is the cure.
bool is_lost(Reason refusal) {
  return refusal == Reason::volume_missing || refusal == Reason::volume_retired ||
         refusal == Reason::volume_unusable;
}

// The file's list of zones is the consent to change them, and what changes with them.
bool lists(const Machine& machine, const std::string& zone) {
  return std::any_of(machine.zones.begin(), machine.zones.end(),
                     [&](const std::string& each) { return each == zone || each == kAnyZone; });
}

}  // namespace

Result<void> check_kept_address(const Machine& machine, const Observation& seen, const Volume& root,
                                const std::string& zone, bool yes) {
  const NetworkInterface* kept = choose_interface(seen, root, root.zone);
  // The file does not want it any more; without a file nothing says so.
  const bool given_up = !machine.keeps_private_ip && !machine.image.empty();
  if (kept == nullptr || given_up || zone == root.zone) return {};
  const std::string what = fmt::format(
      "machine '{}' keeps its private address {} (MAC address {}, {}), which belongs to {}: in {} "
      "it gets another address and another MAC address, and {} is deleted once it is up there",
      machine.name.str(), kept->private_ip, kept->mac, kept->id.str(), kept->zone, zone,
      kept->id.str());
  if (!yes && !lists(machine, zone)) {
    return fail(Errc::refused, what + "; add --yes, or name the zone in zones in the machine file");
  }
  fmt::print(stderr, "ec2spotter: {}\n", what);
  return {};
}

Result<void> check_destination(const OpenMachine& open, const std::string& zone, Goal goal) {
  const Machine& machine = open.found.machine;
  if (!machine.zone.empty() && machine.zone != zone) {
    return fail(Errc::invalid, "the file of machine '" + machine.name.str() + "' says zone = \"" +
                                   machine.zone + "\"; change that, or name zones instead");
  }
  if (goal == Goal::paused) return {};
  if (!open.found.from_file) {
    return fail(Errc::invalid, "machine '" + machine.name.str() +
                                   "' has no file here, so its image and types are unknown; give "
                                   "the path of its file, its folder with --machines, or pause it "
                                   "first");
  }
  TRY_VOID(subnet_in(machine, zone, open.session->ec2()));
  return {};
}

Result<int> give_order(const Machine& machine, const Observation& seen, const Volume& root,
                       MoveOrder order, const Controls& controls) {
  if (const auto earlier = order_of(root)) {
    if (destination_of(*earlier) == destination_of(order)) return earlier->generation;
    return fail(Errc::refused, root.id.str() + " is " + in_words(*earlier) +
                                   " already; let that come to its end, or stop it with `move " +
                                   machine.name.str() + " --cancel`");
  }
  order.generation = generation_of(root) + 1;
  order.since = controls.clock.now();
  Memory memory;
  TRY_VOID(
      execute(machine, step::OrderMove{root.id, order}, seen, controls.ec2, memory, order.since));
  return order.generation;
}

Result<Restorable> look_back(const OpenMachine& open) {
  const Machine& machine = open.found.machine;
  const Controls controls = open.session->controls();
  Restorable found;
  TRY(found.considered, consider(machine, controls));
  const Observation& seen = found.considered.look.seen;
  const RootChoice choice = choose_root(machine, seen, controls.clock.now());
  found.root = choice.volume;
  if (choice.refusal && !is_lost(choice.refusal->reason)) {
    return fail(choice.refusal->errc, choice.refusal->detail);
  }
  if (found.root != nullptr) TRY_VOID(own_root(machine, seen));
  TRY(const auto snapshots, own_snapshots(machine, seen.volumes, controls.ec2));
  found.points = restore_points(machine, found.root, seen.volumes, snapshots);
  return found;
}

}  // namespace ec2spotter::cli
