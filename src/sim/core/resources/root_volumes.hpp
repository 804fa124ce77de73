// Which volume is the root of a machine, as the safety check reads our tags.
#pragma once

#include <string>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// The owner and the machine whose root the volume's tags say it is; empty: it is no root. A volume
// that carries the id of another one is a copy of a root, and no root itself.
std::string root_owner(const Json& volume);

// The generation of a root. The highest one of a machine is its root; all lower ones are retired
// by that alone. A volume without a whole number from 1 in its tag is of generation 1.
long generation_of(const Json& volume);

// A retired root must not get an instance again: marks an attachment that is made now and that
// breaks this.
void note_retired(World& world, const Json& volume, Json& attachment);

}  // namespace ec2spotter::sim
