// `resume`: drives a paused machine up again; it needs the machine's file.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"

namespace ec2spotter::cli {

Result<void> resume(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY_VOID(require_file(open));
  return drive_and_report(common, open, Goal::up, options.waiting);
}

}  // namespace ec2spotter::cli
