// `move`: orders that a machine's root goes to another zone, and follows until it is there; or
// stops such an order.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"
#include "cli/commands/volumes/ordering.hpp"
#include "control/act/execute.hpp"
#include "control/act/places.hpp"

namespace ec2spotter::cli {
namespace {

// Returns the generation that the root then has.
Result<int> cancel(const Machine& machine, const Observation& seen, const Volume& root,
                   const Controls& controls) {
  const auto order = order_of(root);
  if (!order) {
    return fail(Errc::wrong_state, root.id.str() + " is under no order; there is nothing to stop");
  }
  Memory memory;
  TRY_VOID(execute(machine, step::CancelMove{root.id, order->generation}, seen, controls.ec2,
                   memory, controls.clock.now()));
  return order->generation;
}

Result<int> order_move(const OpenMachine& open, const Consideration& considered, const Volume& root,
                       const Move& options, const Controls& controls) {
  const std::string& zone = options.zone;
  const Machine& machine = open.found.machine;
  TRY_VOID(check_destination(open, zone, considered.goal));
  if (zone_of_next(root) == zone) return generation_of(root) + (order_of(root) ? 1 : 0);
  TRY_VOID(check_kept_address(machine, considered.look.seen, root, zone, options.yes));
  return give_order(machine, considered.look.seen, root, {.zone = zone}, controls);
}

}  // namespace

Result<void> move(const Common& common, const Move& options) {
  if (options.cancel == !options.zone.empty()) {
    return fail(Errc::invalid, "say either where to, with --zone, or --cancel");
  }
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  const Controls controls = open.session->controls();
  if (!options.cancel) TRY_VOID(check_zones({options.zone}, controls.ec2));
  TRY(const Consideration considered, consider(machine, controls));
  const Observation& seen = considered.look.seen;
  TRY(const Volume* root, own_root(machine, seen));
  TRY(const int generation, options.cancel
                                ? cancel(machine, seen, *root, controls)
                                : order_move(open, considered, *root, options, controls));
  return drive_and_report(common, open, considered.goal, options.waiting, generation);
}

}  // namespace ec2spotter::cli
