// The state of a Spot request and of its instance. Launches are in spot_requests.hpp. Source: EC2
// user guide, "Spot request status codes".
#pragma once

#include <string>

#include "sim/core/call/launch_spec.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// Why an instance stops or ends.
enum class Cause { user, capacity, price, guest, failure };

// A new open request, not yet evaluated; its id.
std::string make_request(World& world, const std::string& region, const LaunchSpec& spec);
// Binds `instance`, which is being launched, to the request of `spec`, or to a new one.
void fulfil_request(World& world, const std::string& region, const LaunchSpec& spec,
                    Json& instance);

// The Spot request of the instance, or null.
Json* spot_request_of(World& world, const std::string& region, const Json& instance);
void set_request_status(World& world, Json& request, const std::string& state,
                        const std::string& code, const std::string& message);

// The request follows its instance, which starts to end or to stop.
void request_loses_instance(World& world, const std::string& region, const Json& instance,
                            Cause cause);
void request_instance_stops(World& world, const std::string& region, const Json& instance,
                            Cause cause);

// Something may now let open requests through (capacity, price, quota, time): they are tried
// again, as the next event.
void try_requests_soon(World& world);

}  // namespace ec2spotter::sim
