// `move`: orders that a machine's root goes to another zone, and follows until it is there.
#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/commands/driving.hpp"
#include "control/act/execute.hpp"
#include "control/act/places.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter::cli {
namespace {

// An instance will be launched there, unless the machine is paused.
Result<void> check_launch(const OpenMachine& open, const std::string& zone, Goal goal) {
  if (goal == Goal::paused) return {};
  if (!open.found.from_file) {
    return fail(Errc::invalid, "machine '" + open.found.machine.name.str() +
                                   "' has no file here, so its image and types are unknown; give "
                                   "the path of its file, its folder with --machines, or pause it "
                                   "first");
  }
  TRY_VOID(subnet_in(open.found.machine, zone, open.session->ec2()));
  return {};
}

}  // namespace

Result<void> move(const Common& common, const Move& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  const Controls controls = open.session->controls();
  TRY_VOID(check_zones({options.zone}, controls.ec2));
  TRY(const Consideration considered, consider(machine, controls));
  const Observation& seen = considered.look.seen;
  TRY(const Volume* root, own_root(machine, seen));
  TRY_VOID(check_launch(open, options.zone, considered.goal));
  const auto earlier = order_of(*root);
  int generation = generation_of(*root) + (earlier ? 1 : 0);
  const std::string bound_for = zone_of_next(*root);
  if (bound_for != options.zone) {
    if (earlier) {
      return fail(Errc::refused, root->id.str() + " is moving to " + bound_for +
                                     " already; let that come to its end first");
    }
    const TimePoint now = controls.clock.now();
    generation = generation_of(*root) + 1;
    const MoveOrder order{.generation = generation, .zone = options.zone, .since = now, .from = {}};
    Memory memory;
    TRY_VOID(execute(machine, step::OrderMove{root->id, order}, seen, controls.ec2, memory, now));
  }
  return drive_and_report(common, open, considered.goal, options.waiting, generation);
}

}  // namespace ec2spotter::cli
