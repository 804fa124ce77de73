// What happens to resources as time passes and as bodies report: the state machine of EC2.
#pragma once

#include <string>

#include "sim/core/world.hpp"

namespace ec2spotter::sim {

// One due event of World::schedule.
void settle(World& world, const Json& event);

// A report of a body.
void apply(World& world, const BodyEvent& event);

// The instance's end begins: shutting-down, power button, power cut after the grace.
void begin_termination(World& world, const std::string& region, Json& instance,
                       const std::string& reason_code, const std::string& reason_message);
void begin_stop(World& world, const std::string& region, Json& instance,
                const std::string& reason_code, const std::string& reason_message);

// {"code": 16, "name": "running"}
Json state_json(const std::string& name);
void set_state(Json& instance, const std::string& name);
std::string state_name(const Json& instance);

// The Spot request of the instance, or null.
Json* spot_request_of(World& world, const std::string& region, const Json& instance);
void set_request_status(World& world, Json& request, const std::string& state,
                        const std::string& code, const std::string& message);

// Gives the instance up to Spot in `lead` (a notice) or, with no lead, now.
void begin_reclaim(World& world, const std::string& region, Json& instance, Duration lead);

// What must hold after every event; the breaches, as sentences.
std::vector<std::string> violations(World& world);

}  // namespace ec2spotter::sim
