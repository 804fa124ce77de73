// `move`: orders that a machine's root goes to another zone or region, and follows until it is
// there; or stops such an order.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"
#include "cli/commands/volumes/leaving.hpp"
#include "cli/commands/volumes/ordering.hpp"
#include "cli/report.hpp"
#include "control/act/execute.hpp"
#include "control/act/places.hpp"
#include "control/loop/drive.hpp"
#include "model/text/zone.hpp"

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
  TRY_VOID(check_zones({zone}, controls.ec2));
  TRY_VOID(check_destination(open, zone, considered.goal));
  if (zone_of_next(root) == zone) return generation_of(root) + (order_of(root) ? 1 : 0);
  TRY_VOID(check_kept_address(machine, considered.look.seen, root, zone, options.yes));
  return give_order(machine, considered.look.seen, root, {.zone = zone}, controls);
}

// The region that the root is to leave its own for; empty: it stays.
std::string other_region(const Move& options, const Volume& root) {
  const std::string region =
      options.region.empty() ? region_of_place(options.zone) : options.region;
  return region == region_of_place(root.zone) ? std::string() : region;
}

Result<void> check_options(const Move& options) {
  const bool place = !options.zone.empty() || !options.region.empty();
  if (options.cancel == place) {
    return fail(Errc::invalid, "say either where to, with --zone or --region, or --cancel");
  }
  if (options.zone.empty() || options.region.empty()) return {};
  TRY(const std::string region, region_of_zone(options.zone));
  if (region == options.region) return {};
  return fail(Errc::invalid, "the zone " + options.zone + " is not in " + options.region +
                                 "; correct one of them, or leave --zone out");
}

Result<void> follow_to_region(const Common& common, OpenMachine& open, Goal goal,
                              const Move& options, int generation) {
  const DriveOptions leaving{
      .goal = goal,
      .patience = options.waiting.no_wait ? Patience::no_wait : Patience::until_goal,
      .deadline = options.waiting.timeout,
      .generation = generation,
      .leaves_region = true};
  TRY(const Look last, drive(open.found.machine, open.session->controls(), leaving));
  if (last.decision.reason != Reason::in_other_region) {
    print_report(make_report(open.found.machine, goal, last.seen, last.decision), common.output);
    return {};
  }
  TRY(OpenMachine there, open_machine(common, options.machine));
  return drive_and_report(common, there, goal, options.waiting, generation);
}

}  // namespace

Result<void> move(const Common& common, const Move& options) {
  TRY_VOID(check_options(options));
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  const Controls controls = open.session->controls();
  TRY(const Consideration considered, consider(machine, controls));
  const Observation& seen = considered.look.seen;
  TRY(const Volume* root, own_root(machine, seen));
  if (options.cancel) {
    TRY(const int generation, cancel(machine, seen, *root, controls));
    return drive_and_report(common, open, considered.goal, options.waiting, generation);
  }
  Move wished = options;
  wished.region = other_region(options, *root);
  if (!wished.region.empty()) {
    TRY(const int generation, order_to_region(open, considered, *root, wished, controls));
    return follow_to_region(common, open, considered.goal, wished, generation);
  }
  if (wished.zone.empty()) wished.zone = root->zone;  // it is in that region already
  TRY(const int generation, order_move(open, considered, *root, wished, controls));
  return drive_and_report(common, open, considered.goal, options.waiting, generation);
}

}  // namespace ec2spotter::cli
