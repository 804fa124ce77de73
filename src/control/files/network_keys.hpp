// The keys of a machine file about its network.
#pragma once

#include "control/files/toml_setters.hpp"

namespace ec2spotter {

const Setters& network_setters();

// What the file must not have together with private_ip = "keep", and why; nullptr: nothing.
const char* contradicts_kept_address(const Machine& machine);

}  // namespace ec2spotter
