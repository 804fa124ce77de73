// Where a launch finds room: a subnet with capacity, within the account's quota.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/call/launch_spec.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

struct Place {
  std::string subnet_id, zone;
  int count = 0;  // how many instances fit
};

// "spot" or "on-demand", as the pools of types.hpp are called.
const char* market_of(const LaunchSpec& spec);

// The subnets that the launch may go into: the named one, otherwise the default one of each zone.
// Errors: those of a subnet, an interface or a zone that does not exist.
Result<std::vector<Place>> candidates(World& world, const std::string& region,
                                      const LaunchSpec& spec);

// The first place with room for the least that the launch asks for. Takes no capacity yet.
// Errors: InsufficientInstanceCapacity, SpotMaxPriceTooLow, MaxSpotInstanceCountExceeded,
// VcpuLimitExceeded, and those of a subnet or zone that does not exist.
Result<Place> choose_place(World& world, const std::string& region, const LaunchSpec& spec);

}  // namespace ec2spotter::sim
