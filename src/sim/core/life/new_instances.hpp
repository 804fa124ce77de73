// Launching and starting: what RunInstances, Spot requests and fleets have in common.
#pragma once

#include <string>
#include <vector>

#include "sim/core/call/launch_spec.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// Checks that everything that a launch names exists. Errors: InvalidAMIID.NotFound,
// InvalidKeyPair.NotFound, InvalidSubnetID.NotFound, InvalidParameterValue ...
Result<void> check_launch(World& world, const std::string& region, const LaunchSpec& spec);

// Checks everything, takes capacity, makes the instances; their ids. Nothing is changed when it
// fails. Errors: those of check_launch; InsufficientInstanceCapacity, SpotMaxPriceTooLow,
// MaxSpotInstanceCountExceeded, VcpuLimitExceeded ...
Result<std::vector<std::string>> launch(World& world, const std::string& region, LaunchSpec spec);

// Switches a stopped instance on. Errors: IncorrectInstanceState, InsufficientInstanceCapacity.
Result<void> start_again(World& world, const std::string& region, Json& instance);

}  // namespace ec2spotter::sim
