// Makes a disk of a machine larger.
#pragma once

#include "control/surroundings.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

struct Grown {
  int former_gib =
      0;  // as it was when the work began; the same as the size: nothing was left to do
  int size_gib = 0;
};

// Asks EC2 for the size, unless that has been done, and waits until the room is there: then the
// change is optimizing, or has completed. The instance goes on meanwhile. Errors: refused for what
// is not a disk of the machine's (rule S4); wrong_state for a root under an order to move, and
// while EC2 makes no change; EC2's own; timeout after `deadline`. Running it again goes on.
Result<Grown> grow_disk(const Machine& machine, const VolumeId& volume, int size_gib,
                        const Controls& controls, Duration deadline);

}  // namespace ec2spotter
