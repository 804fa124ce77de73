// SSM's parameters, as far as launches name images by them.
#pragma once

#include <string>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// The image id, or what the public parameter names that "resolve:ssm:NAME" asks for.
std::string resolve_image(World& world, const std::string& region, const std::string& image);

// The value of an SSM parameter that an operator has set, or a public one of the images that there
// are; empty: none.
std::string find_parameter(World& world, const std::string& region, const std::string& name);

}  // namespace ec2spotter::sim
