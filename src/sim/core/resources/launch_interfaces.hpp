// The network interfaces of a launch: those that it names, and those that it makes.
#pragma once

#include <string>

#include "base/result.hpp"
#include "sim/core/call/launch_spec.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// Errors: InvalidNetworkInterfaceID.NotFound, InvalidNetworkInterface.InUse, and
// InvalidParameterCombination for what cannot be given to several instances, or lies in two zones.
Result<void> check_wanted_interfaces(World& world, const std::string& region,
                                     const LaunchSpec& spec);

// Attaches them to the instance, which is new. Errors: those of make_interface.
Result<void> give_interfaces(World& world, const std::string& region, const LaunchSpec& spec,
                             const std::string& subnet_id, Json& instance);

// The launch has failed: what it made is deleted, what it was given is available again.
void discard_interfaces(World& world, const std::string& region, const Json& instance);

// Does the instance get a public address of its own? Only with one interface that the launch makes.
bool wants_public_ip(const LaunchSpec& spec);

}  // namespace ec2spotter::sim
