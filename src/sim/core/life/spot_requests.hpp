// The life of Spot requests: open until a pool has capacity at their price, then bound to an
// instance. Source: EC2 user guide, "Spot request status codes".
#pragma once

#include <string>

#include "sim/core/life/request_state.hpp"

namespace ec2spotter::sim {

void cancel_request(World& world, const std::string& region, Json& request);
void expire_request(World& world, const std::string& region, Json& request);
// Tries all requests that wait, and fills the fleets.
void evaluate_requests(World& world);

}  // namespace ec2spotter::sim
