// What happens to resources as time passes and as bodies report: the state machine of EC2.
#pragma once

#include <string>

#include "sim/core/life/request_state.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// One due event of World::schedule.
void settle(World& world, const Json& event);

// A report of a body.
void apply(World& world, const BodyEvent& event);

// Gives the instance up to Spot in `lead` (a notice) or, with no lead, now.
void begin_reclaim(World& world, const std::string& region, Json& instance, Duration lead,
                   Cause cause);

}  // namespace ec2spotter::sim
