// What happens to resources as time passes and as bodies report: the state machine of EC2.
#pragma once

#include <string>

#include "sim/core/spot_requests.hpp"
#include "sim/core/world.hpp"

namespace ec2spotter::sim {

// One due event of World::schedule.
void settle(World& world, const Json& event);

// A report of a body.
void apply(World& world, const BodyEvent& event);

// The instance's end begins: shutting-down, power button, power cut after the grace.
void begin_termination(World& world, const std::string& region, Json& instance, Cause cause,
                       const std::string& detail = {});
// How much the guest is asked: to shut down within the usual time, or nothing.
enum class Stop { orderly, forced };
void begin_stop(World& world, const std::string& region, Json& instance, Cause cause,
                Stop stop = Stop::orderly);
// A launch that failed half way: the instance leaves no trace.
void discard_instance(World& world, const std::string& region, const std::string& instance_id);

// {"code": 16, "name": "running"}
Json state_json(const std::string& name);
void set_state(Json& instance, const std::string& name);
std::string state_name(const Json& instance);

// Gives the instance up to Spot in `lead` (a notice) or, with no lead, now.
void begin_reclaim(World& world, const std::string& region, Json& instance, Duration lead,
                   Cause cause);

}  // namespace ec2spotter::sim
