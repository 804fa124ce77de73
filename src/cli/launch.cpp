#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/machine_file.hpp"

namespace ec2spotter::cli {
namespace {

// Drives the machine to `goal`, then prints where it is.
Result<void> drive_and_report(const Common& common, OpenMachine& open,
                              const DriveOptions& options) {
  TRY(const Look last, drive(open.found.machine, open.session->controls(), options));
  print_report(make_report(open.found.machine, options.goal, last.seen, last.decision),
               common.output);
  return {};
}

DriveOptions drive_options(Goal goal, bool no_wait, int timeout_minutes) {
  return {.goal = goal,
          .patience = no_wait ? Patience::no_wait : Patience::until_goal,
          .deadline = std::chrono::minutes(timeout_minutes)};
}

Result<void> require_file(const OpenMachine& open) {
  if (open.found.from_file) return {};
  return fail(Errc::invalid, "machine '" + open.found.machine.name.str() +
                                 "' has no file here, so its image and types are unknown; give the "
                                 "path of its file, or its folder with --machines");
}

}  // namespace

Result<void> launch(const Common& common, const Launch& options) {
  TRY(Machine machine, read_machine_file(options.file));
  if (!common.owner.empty()) machine.owner = OwnerId(common.owner);
  TRY(auto session, Session::open(common, machine.region));
  OpenMachine open{.session = std::move(session),
                   .found = {.machine = std::move(machine), .from_file = true}};
  return drive_and_report(common, open,
                          drive_options(Goal::up, options.no_wait, options.timeout_minutes));
}

Result<void> resume(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY_VOID(require_file(open));
  return drive_and_report(common, open,
                          drive_options(Goal::up, options.no_wait, options.timeout_minutes));
}

Result<void> pause(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  return drive_and_report(common, open,
                          drive_options(Goal::paused, options.no_wait, options.timeout_minutes));
}

}  // namespace ec2spotter::cli
