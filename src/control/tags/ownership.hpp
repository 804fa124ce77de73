// Whose a resource is, as its tags say: rule S4 rests on it.
#pragma once

#include "model/machine.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// The tags that make a resource this machine's.
Tags ownership_tags(const Machine& machine);

// Do these tags say that the resource is this machine's?
bool belongs_to(const Tags& tags, const Machine& machine);

}  // namespace ec2spotter
