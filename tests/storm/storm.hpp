// One random world: machines, trouble, controllers; then calm, in which every machine must come up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/machine.hpp"

namespace ec2spotter::storm {

struct StormOptions {
  std::uint64_t seed = 1;
  int machines = 20;
  Duration time = std::chrono::hours(24 * 30);
  Engine engine = Engine::automatic;  // of all machines; `automatic`: some of each kind
  double often = 1;                   // how much more trouble there is than in a usual world
};

struct StormReport {
  std::vector<std::string> problems;  // empty: all is well
  std::uint64_t digest = 0;           // of every call and reply: equal runs have equal ones
  int incidents = 0;
  int turns = 0;
  int controllers = 0;  // processes that were started
  Duration last_up{};   // from the end of all trouble until the last machine was up
};

StormReport run_storm(const StormOptions& options);

}  // namespace ec2spotter::storm
