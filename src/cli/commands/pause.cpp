// `pause`: drives a machine to the goal paused, which ends its instance and keeps its volume.
#include "cli/commands/commands.hpp"
#include "cli/commands/driving.hpp"

namespace ec2spotter::cli {

Result<void> pause(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  return drive_and_report(common, open, Goal::paused, options.waiting);
}

}  // namespace ec2spotter::cli
