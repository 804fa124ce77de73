// The planner: pure, no I/O, no clock. It is told what is observed and answers what to do next.
// Rules S1-S4, S7 and S8 of docs/PROMISES.md are visible in it.
#pragma once

#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"
#include "plan/intent.hpp"

namespace ec2spotter {

Decision plan(const Machine& machine, const Intent& intent, const Observation& seen,
              const Memory& memory, TimePoint now);

}  // namespace ec2spotter
