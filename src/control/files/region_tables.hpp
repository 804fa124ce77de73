// The tables [regions.R] of a TOML machine file: what is different where the machine is in another
// region.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "control/files/toml_setters.hpp"

namespace ec2spotter {

// Adds to the checked `machine` how it is in each of these regions. What belongs to one region
// (image, zones, subnets, groups, addresses, keys) is not taken over from the rest of the file.
// `find` gives the setter of a key of the file, or null. Errors: invalid, naming what is wrong.
Result<void> add_regions(Machine& machine, const toml::node& regions, const std::string& origin,
                         const std::function<const Setter*(const std::string&)>& find);

}  // namespace ec2spotter
