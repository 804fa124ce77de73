#include "cli/commands/driving.hpp"

#include "cli/report.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter::cli {

Result<void> drive_and_report(const Common& common, OpenMachine& open, Goal goal,
                              const Waiting& waiting, int generation) {
  const DriveOptions options{.goal = goal,
                             .patience = waiting.no_wait ? Patience::no_wait : Patience::until_goal,
                             .deadline = waiting.timeout,
                             .generation = generation};
  TRY(const Look last, drive(open.found.machine, open.session->controls(), options));
  print_report(make_report(open.found.machine, goal, last.seen, last.decision), common.output);
  return {};
}

Result<void> require_file(const OpenMachine& open) {
  if (open.found.from_file) return {};
  return fail(Errc::invalid, "machine '" + open.found.machine.name.str() +
                                 "' has no file here, so its image and types are unknown; give the "
                                 "path of its file, or its folder with --machines");
}

}  // namespace ec2spotter::cli
