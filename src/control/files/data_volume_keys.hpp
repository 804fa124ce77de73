// The key data_volumes of a machine file: the disks of a machine beside its root.
#pragma once

#include <string>

#include "base/result.hpp"
#include "control/files/toml_setters.hpp"

namespace ec2spotter {

// A list of tables, each with `volume` and `device`.
Problem set_data_volumes(Machine& machine, const toml::node& node);

// Errors: invalid where a volume or a device is there twice, or is the root's.
Result<void> check_data_volumes(const Machine& machine, const std::string& origin);

}  // namespace ec2spotter
