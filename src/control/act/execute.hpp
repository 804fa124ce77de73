// The acting half of a turn: one step is one intent on EC2, carried out only if the rules allow.
#pragma once

#include "aws/ec2.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Carries out `step` and notes in `memory` what EC2 cannot show yet.
// Checks rules S1, S2, S3, S4 and S7 of docs/PROMISES.md against `seen` and a fresh look at EC2
// before any destructive call; a breach is an error and nothing is sent: wrong_state where things
// have changed since they were seen, so that the next look decides anew, and refused where the
// resource is not the machine's to change.
// Errors are EC2's; after Errc::transport the effect is unknown and the next turn looks first.
Result<void> execute(const Machine& machine, const Step& step, const Observation& seen,
                     aws::Ec2& ec2, Memory& memory, TimePoint now);

}  // namespace ec2spotter
