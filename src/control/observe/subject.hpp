// A machine under observation.
#pragma once

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// A closer look at the instances adds to `seen` and notes in `memory`.
struct Subject {
  const Machine* machine = nullptr;
  Observation* seen = nullptr;
  Memory* memory = nullptr;
};

// Is the machine's root attached to this body, as the volume says?
bool holds_root(const Machine& machine, const Observation& seen, const Instance& body,
                TimePoint now);

}  // namespace ec2spotter
