// The planner: pure, no I/O, no clock. It is told what is observed and answers what to do next.
// It rests on design.md sections 4 and 7; rules S1-S4 and S7 are visible in it.
#pragma once

#include <chrono>

#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// How long a boot may take from launch to the root being up, before a person is told.
inline constexpr Duration kBootLimit = std::chrono::minutes(10);

// A preboot system that has said nothing for so long is past its initrd all the same.
inline constexpr Duration kSilentPreboot = std::chrono::minutes(3);

// How long a pool without capacity is left alone. EC2 gives no hint; three minutes is what node
// provisioners in the field use.
inline constexpr Duration kClosedPoolLifetime = std::chrono::minutes(3);

Decision plan(const Machine& machine, Goal goal, const Observation& seen, const Memory& memory,
              TimePoint now);

// Is this instance lost, or about to be: terminated, shutting down, or marked by Spot?
bool is_doomed(const Instance& instance, const Observation& seen);

// The client token of a launch: the whole decision is inside, so that equal decisions collapse
// into one instance. At most 64 ASCII characters.
std::string launch_token(const Machine& machine, const VolumeId& volume,
                         const InstanceId& last_body, const Pool& pool, int attempt);

}  // namespace ec2spotter
