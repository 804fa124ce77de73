// Carries out the steps about a machine's data volumes. Rules S1, S2 and S4 hold for them as for
// the root, and EC2 is asked again just before.
#pragma once

#include "aws/ec2.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Errors: refused where the volume is another machine's, serves as something else, or is at an
// instance that is not this machine's (rule S4).
Result<void> adopt_data(const Machine& machine, const step::AdoptData& step,
                        const Observation& seen, aws::Ec2& ec2);

// The instance is the machine's. Errors: wrong_state where another instance has the volume (rule
// S1), or where its content moves or has moved (rule S2); refused where it does not carry the
// machine's tags (rule S4).
Result<void> attach_data(const Machine& machine, const step::AttachData& step,
                         const Observation& seen, aws::Ec2& ec2);

}  // namespace ec2spotter
