// Lets EC2 do the launches: a launch template and a fleet that keeps one body up.
#pragma once

#include "aws/ec2.hpp"
#include "base/clock.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Makes the template, unless one with the same content is there, and the fleet; notes the fleet in
// `memory`. Errors: as body_spec; EC2's; after Errc::transport the effect is unknown, and the next
// turn looks first.
Result<void> create_fleet(const Machine& machine, const step::CreateFleet& step,
                          const Observation& seen, aws::Ec2& ec2, Memory& memory, TimePoint now);

}  // namespace ec2spotter
