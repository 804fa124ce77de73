// When a working body is better exchanged for another one.
#pragma once

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Has EC2 recommended to leave this body, or is it on-demand although Spot is wished at this time?
bool wants_successor(const Machine& machine, const Memory& memory, const Instance& body,
                     TimePoint now);

}  // namespace ec2spotter
