// Brings an interrupted machine up again, beside whatever else does.
#pragma once

#include <string>

#include "cli/commands/drill/phases.hpp"
#include "cli/options.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter::cli {

struct Recovery {
  bool up = false;     // on an instance that was started after the interruption
  bool stays = false;  // after a rebalance recommendation: up, and still on the former instance
  Look last;           // of a machine that is up
  std::string why;     // it is not up
};

// Drives until the machine is up after the interruption, or `options.timeout` has passed since
// `start`. The reporter of `controls` fills `phases`. Errors: interrupted when the user asked to
// stop.
Result<Recovery> recover(const Machine& machine, const Controls& controls, const Drill& options,
                         const InstanceId& former, const Phases& phases, Duration start);

}  // namespace ec2spotter::cli
