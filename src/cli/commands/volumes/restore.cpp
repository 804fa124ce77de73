// `restore` and `undelete`: an earlier content, or a former root, becomes the machine's root.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"
#include "cli/commands/volumes/ordering.hpp"
#include "control/act/execute.hpp"
#include "control/act/places.hpp"
#include "model/tags.hpp"

namespace ec2spotter::cli {
namespace {

// Is it the root that an earlier run of a restore has made, and that has just come up, or not yet?
bool is_fresh(const Volume* root) {
  return root != nullptr && tag::value(root->tags, tag::kLeftovers) == tag::kKept;
}

// The command may have been cut off: run again, it goes on.
bool has_been_made(const Volume* root, const Restore& options) {
  if (root != nullptr && options.from == root->id.str()) return true;
  const bool was_former = is_fresh(root) && root->tags.contains(std::string(tag::kRetiredAt));
  return options.from.empty() && was_former;
}

bool is_made_from(const Volume* root, const RestorePoint& point) {
  return is_fresh(root) && !point.snapshot.empty() && root->snapshot == point.snapshot;
}

Result<std::string> zone_for(const RestorePoint& point, const Restorable& found,
                             const OpenMachine& open, const Restore& options) {
  const Machine& machine = open.found.machine;
  if (point.kind == RestorePoint::Kind::former_root) {
    if (options.zone.empty() || options.zone == point.zone) return point.zone;
    return fail(Errc::invalid, point.id() + " is in " + point.zone +
                                   ", and a volume cannot leave its zone; restore it there, then "
                                   "`move` the machine");
  }
  if (!options.zone.empty()) {
    TRY_VOID(check_zones({options.zone}, open.session->ec2()));
    return options.zone;
  }
  if (found.root != nullptr) return found.root->zone;
  if (!machine.zone.empty()) return machine.zone;
  for (const Volume& volume : found.considered.look.seen.volumes) return volume.zone;
  return fail(Errc::invalid,
              "the machine has no root any more, so its zone is unknown; name it "
              "with --zone");
}

// The machine has no root: nothing is given up for the new one.
Result<int> restore_lost(const Machine& machine, const Consideration& considered, MoveOrder order,
                         const Controls& controls) {
  order.since = controls.clock.now();
  order.generation = 2;
  for (const Volume& volume : considered.look.seen.volumes) {
    order.generation = std::max(order.generation, generation_of(volume) + 1);
  }
  Memory memory;
  TRY_VOID(execute(machine, step::RestoreLostRoot{.order = order, .goal = considered.goal},
                   considered.look.seen, controls.ec2, memory, order.since));
  return order.generation;
}

// Which of several snapshots a time means, and that nothing is thrown away.
void announce(const Common& common, const Machine& machine, const RestorePoint& point,
              const Volume* root) {
  if (common.quiet) return;
  fmt::print(stderr, "machine '{}': restoring {} {}, as of {}\n", machine.name.str(),
             to_string(point.kind), point.id(), format_iso8601(point.time));
  if (root == nullptr) return;
  fmt::print(stderr,
             "the present root, {}, is kept as a former root; `undelete {}` brings it back\n",
             root->id.str(), machine.name.str());
}

Result<int> begin(const Common& common, const OpenMachine& open, const Restorable& found,
                  const RestorePoint& point, const Restore& options) {
  const Machine& machine = open.found.machine;
  TRY(const std::string zone, zone_for(point, found, open, options));
  TRY_VOID(check_destination(open, zone, found.considered.goal));
  const bool is_volume = point.kind == RestorePoint::Kind::former_root;
  const MoveOrder order{
      .zone = zone, .from = point.snapshot, .back_to = is_volume ? point.volume : VolumeId()};
  if (found.root != nullptr) {
    TRY_VOID(
        check_kept_address(machine, found.considered.look.seen, *found.root, zone, options.yes));
  }
  announce(common, machine, point, found.root);
  const Controls controls = open.session->controls();
  if (found.root == nullptr) return restore_lost(machine, found.considered, order, controls);
  return give_order(machine, found.considered.look.seen, *found.root, order, controls);
}

}  // namespace

Result<void> restore(const Common& common, const Restore& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const Restorable found, look_back(open));
  const auto finish = [&](int generation) {
    return drive_and_report(common, open, found.considered.goal, options.waiting, generation);
  };
  if (has_been_made(found.root, options)) return finish(generation_of(*found.root));
  TRY(const RestorePoint point, options.from.empty()
                                    ? last_former_root(found.points)
                                    : find_restore_point(found.points, options.from));
  if (is_made_from(found.root, point)) return finish(generation_of(*found.root));
  TRY(const int generation, begin(common, open, found, point, options));
  return finish(generation);
}

}  // namespace ec2spotter::cli
