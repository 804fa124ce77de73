// The observing half of a turn: what EC2, the console and the probe say about one machine.
#pragma once

#include "aws/ec2.hpp"
#include "control/surroundings.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Reads only. Bodies just launched that EC2 does not show yet are added from `memory`, and
// forgotten there once they are shown.
Result<Observation> observe(const Machine& machine, aws::Ec2& ec2, Prober& prober, Memory& memory);

}  // namespace ec2spotter
