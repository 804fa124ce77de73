// The loop of the controller for one machine: observe, plan, act, until its goal is reached.
#pragma once

#include "base/clock.hpp"
#include "control/surroundings.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// How long to stay with the machine.
enum class Patience {
  until_goal,  // until the goal is reached
  no_wait,     // until the next thing is only to wait
};

// How long a command stays with its machine, where nothing else is asked for.
inline constexpr Duration kDriveDeadline = std::chrono::minutes(20);

struct DriveOptions {
  Goal goal = Goal::up;
  Patience patience = Patience::until_goal;
  Duration deadline = kDriveDeadline;
  // The goal is reached with this one of the machine's roots, or a later one. EC2 may show an order
  // to move late.
  int generation = 1;
  // The goal is instead that the root has moved to another region.
  bool leaves_region = false;
  // A working instance of another type than the machine's is handed over, if one can be had.
  bool changes_type = false;
};

// What was seen and decided last.
struct Look {
  Observation seen;
  Decision decision;
};

// Returns the last look: the goal is reached, or with no_wait only waiting is left.
// Errors: those of a decision that is stuck; no_capacity when every pool is closed; unauthorized
// and invalid from EC2 at once; timeout when `deadline` has passed; interrupted when the user asked
// to stop. Whatever happened, running it again continues from what EC2 says.
Result<Look> drive(const Machine& machine, const Controls& controls, const DriveOptions& options);

// If a body would be launched: is EC2 asked which pools it refuses (control/pools/pool_check.hpp)?
enum class PoolsAsked { no, yes };

// One look without acting, at the goal that is recorded on the volume.
struct Consideration {
  Look look;
  Goal goal = Goal::up;
};
Result<Consideration> consider(const Machine& machine, const Controls& controls,
                               PoolsAsked pools = PoolsAsked::no);

// May the same thing be tried again after this error? The next turn looks first, so it is safe.
bool passes_by_itself(const Error& error);

// The user asked to stop work that can be taken up again.
Error interrupted();

// How long to pause after so many failures in a row.
Duration pause_after(int failures);

}  // namespace ec2spotter
