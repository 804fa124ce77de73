// The keys of a machine file about where its volumes may be and what is kept of them.
#pragma once

#include "control/files/toml_setters.hpp"

namespace ec2spotter {

const Setters& storage_setters();

// Is its kms_key a key of the machine's region? The ARN would say so. The answer is what is wrong.
Problem check_kms_key(const Machine& machine);

}  // namespace ec2spotter
