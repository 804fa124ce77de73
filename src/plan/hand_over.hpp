// When another body should replace a working one.
#pragma once

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Has EC2 recommended to leave this body, or is it on-demand at a time at which the file wants
// Spot?
bool wants_successor(const Machine& machine, const Memory& memory, const Instance& body,
                     TimePoint now);

}  // namespace ec2spotter
