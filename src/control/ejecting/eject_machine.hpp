// Carries an eject out.
#pragma once

#include "control/ejecting/ejecting.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter {

// Ends the machine's instance and launches it as `last` (ejecting_machine), unless that has been
// done; then takes our tags from what belongs to that instance. Returns its id.
// Errors: those of drive (control/loop/drive.hpp), each within `deadline`; wrong_state when the
// machine is up on an instance that another controller has launched. Whatever happened, running it
// again goes on, as long as the root has our tags.
Result<InstanceId> eject_machine(const Machine& last, const VolumeId& root,
                                 const Controls& controls, Duration deadline);

}  // namespace ec2spotter
