// A fleet's inner form, which its actions and life/fleets share: `_pools` holds, for each override,
// {type, zone, weight, priority, max_price, params, template, overrides}.
#pragma once

#include <string>
#include <vector>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

std::vector<Json*> fleet_instances(World& world, const std::string& region,
                                   const std::string& fleet_id);

// Launches what is missing, and records in the fleet the launches, the failures and its instances.
// True when the target is met.
bool launch_missing(World& world, const std::string& region, Json& fleet);

}  // namespace ec2spotter::sim
