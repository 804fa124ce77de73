// What a machine has in the region that its root moves to.
#pragma once

#include "aws/ec2.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Fills `seen.abroad`, where the plan needs it: while the root is under an order to another region,
// while such an order that was stopped is tidied up, and before a root that has moved there is
// deleted here. Costs two calls there then, and none else. An error stands in the observation.
void look_abroad(const Machine& machine, aws::Ec2& ec2, TimePoint now, Observation& seen);

}  // namespace ec2spotter
