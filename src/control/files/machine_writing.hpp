// Writes a machine file.
#pragma once

#include <string>

#include "model/machine.hpp"

namespace ec2spotter {

// The TOML text of a machine, in the order in which a person would write it: its name and owner,
// its volumes, what its instances are launched with, and its tags. Read again
// (control/files/machine_file.hpp) it is the same machine, as long as all else has its default.
std::string machine_toml(const Machine& machine);

}  // namespace ec2spotter
