// Is a machine that came up still there? Pure.
#pragma once

#include <optional>
#include <string>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// How long an ailment must last before it counts: a restart from inside, or a busy minute, does not
// count.
inline constexpr Duration kAilingFor = std::chrono::minutes(3);

// How long an ailment must last before the body is replaced for it.
inline constexpr Duration kReplacedAfter = std::chrono::minutes(5);

// How long after a restart another one may be tried.
inline constexpr Duration kRestartAgainAfter = std::chrono::minutes(30);

// What is wrong with a body that came up.
struct Ailment {
  std::string what;  // "EC2's system status check fails", for people
  TimePoint since;
  bool sure = true;  // else it may have a harmless cause: nothing is done about it
};

// nullopt: EC2's status checks, its console and the probe show nothing wrong. `root` is
// what it runs on.
std::optional<Ailment> ailment_of(const Machine& machine, const Observation& seen,
                                  const Memory& memory, const Volume& root, const Instance& body,
                                  TimePoint now);

}  // namespace ec2spotter
