// The observing half of a turn: what EC2, the consoles and the probe say about machines.
#pragma once

#include "control/surroundings.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// All of it about one machine. Reads only; notes in `memory` what was learned. EC2's time is read
// after EC2 has answered, which corrects the clock.
Result<Observation> observe(const Machine& machine, const Controls& controls, Memory& memory);

}  // namespace ec2spotter
