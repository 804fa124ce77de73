// `resume`: drives a paused machine up again; it needs the machine's file.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"

namespace ec2spotter::cli {
namespace {

Result<void> require_file(const OpenMachine& open) {
  if (open.found.from_file) return {};
  return fail(Errc::invalid, "machine '" + open.found.machine.name.str() +
                                 "' has no file here, so its image and types are unknown; give the "
                                 "path of its file, or its folder with --machines");
}

}  // namespace

Result<void> resume(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY_VOID(require_file(open));
  return drive_and_report(common, open, Goal::up, options.waiting);
}

}  // namespace ec2spotter::cli
