// Is a machine that came up still there? Pure.
#pragma once

#include <optional>
#include <string>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

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
