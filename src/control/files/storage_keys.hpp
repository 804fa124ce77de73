// The keys of a machine file about where its volumes may be and what is kept of them.
#pragma once

#include "control/files/toml_setters.hpp"

namespace ec2spotter {

const Setters& storage_setters();

}  // namespace ec2spotter
