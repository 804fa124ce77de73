// A fleet's inner form, shared by its actions and by what time does to it: `_pools` holds, for each
// override, {type, zone, weight, priority, max_price, params, template, overrides}.
#pragma once

#include <string>
#include <vector>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

std::vector<Json*> fleet_instances(World& world, const std::string& region,
                                   const std::string& fleet_id);

// Launches what is missing, and notes in the fleet what was launched, what failed and what there
// is now. True when the target is met.
bool launch_missing(World& world, const std::string& region, Json& fleet);

}  // namespace ec2spotter::sim
