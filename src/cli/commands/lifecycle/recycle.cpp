// `recycle`: ends the machine's instance and starts another one on the disk.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter::cli {

Result<void> recycle(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY_VOID(require_file(open));
  TRY_VOID(drive(open.found.machine, open.session->controls(),
                 {.goal = Goal::paused, .deadline = options.waiting.timeout}));
  return drive_and_report(common, open, Goal::up, options.waiting);
}

}  // namespace ec2spotter::cli
