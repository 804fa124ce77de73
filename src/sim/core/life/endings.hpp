// How instances stop and end.
#pragma once

#include <string>

#include "sim/core/life/request_state.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// The instance's end begins: shutting-down, power button, power cut after the grace.
void begin_termination(World& world, const std::string& region, Json& instance, Cause cause,
                       const std::string& detail = {});
// Is the guest asked to shut down within the usual time, or not at all?
enum class Stop { orderly, forced };
void begin_stop(World& world, const std::string& region, Json& instance, Cause cause,
                Stop stop = Stop::orderly);
// A launch that failed half way: the instance leaves no trace.
void discard_instance(World& world, const std::string& region, const std::string& instance_id);

// A pool with a limit gets back the capacity that its user gives up, but not what Spot took.
void return_capacity(World& world, const Json& instance);
// The instance has ended: its volumes are deleted or free again.
void free_disks(World& world, const std::string& region, Json& instance);

}  // namespace ec2spotter::sim
