// The steps of engine replace, and of the choice of an engine.
#pragma once

#include "aws/ec2.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Asks EC2 to make the volume the root disk of `body`. Where EC2 would refuse that, or refuses it,
// and the machine's engine is `auto`, the next engine is recorded instead.
// Errors: EC2's, and refused by rule S1.
Result<void> replace_root(const Machine& machine, const step::ReplaceRoot& step,
                          const Instance& body, const Observation& seen, aws::Ec2& ec2,
                          Memory& memory, TimePoint now);

// Records the engine on the volume; the one after it where EC2 would refuse to replace the root
// disk of a body like `step.seen_at`.
Result<void> choose_engine(const step::ChooseEngine& step, const Observation& seen, aws::Ec2& ec2);

}  // namespace ec2spotter
