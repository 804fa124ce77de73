// Launching and starting: what RunInstances, Spot requests and fleets have in common.
#pragma once

#include <string>
#include <vector>

#include "sim/core/life/launch_spec.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// What a launch needs to exist. Errors: InvalidAMIID.NotFound, InvalidKeyPair.NotFound,
// InvalidSubnetID.NotFound, InvalidParameterValue ...
Result<void> check_launch(World& world, const std::string& region, const LaunchSpec& spec);

// Checks everything, takes capacity, makes the instances; their ids. Nothing is changed when it
// fails. Errors: those of check_launch; InsufficientInstanceCapacity, SpotMaxPriceTooLow,
// MaxSpotInstanceCountExceeded, VcpuLimitExceeded ...
Result<std::vector<std::string>> launch(World& world, const std::string& region, LaunchSpec spec);

// Switches a stopped instance on. Errors: IncorrectInstanceState, InsufficientInstanceCapacity.
Result<void> start_again(World& world, const std::string& region, Json& instance);

// "us-east-1a" of `zone`, or of the id "use1-az1"; empty when there is none.
std::string zone_of(World& world, const std::string& region, const std::string& zone,
                    const std::string& zone_id);

// The image id, or what the public parameter names that "resolve:ssm:NAME" asks for.
std::string resolve_image(World& world, const std::string& region, const std::string& image);

// The value of an SSM parameter that an operator has set, or a public one of the images that there
// are; empty: none.
std::string find_parameter(World& world, const std::string& region, const std::string& name);

}  // namespace ec2spotter::sim
