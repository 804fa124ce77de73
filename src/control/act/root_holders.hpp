// Who holds a root, or is about to get it, as EC2 says at this moment: rules S1 and S7. What is
// refused here has changed since it was planned, because another controller was quicker: the error
// is wrong_state, and the next look decides anew.
#pragma once

#include "aws/ec2.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Does this body have the volume already, or has EC2 been asked to make the volume its root disk?
// Errors: wrong_state when another instance has it or may get it (rule S1), or when the volume is
// not to be used any more, because its content moves or has moved (rule S2).
Result<bool> is_there(const VolumeId& volume, const InstanceId& body, const Observation& seen,
                      aws::Ec2& ec2);

// Errors: wrong_state (rule S2) when the volume is not the machine's root any more, or is about to
// give way to another one.
Result<void> check_may_be_used(const VolumeId& volume, aws::Ec2& ec2);

// Errors: wrong_state (rule S1) when EC2 has been asked to make the volume the root disk of one of
// the machine's bodies.
Result<void> check_no_taker(const VolumeId& volume, const Observation& seen, aws::Ec2& ec2);

// Errors: wrong_state (rule S7) while EC2 replaces the body's root disk: it may get the root at any
// moment.
Result<void> check_no_root_task(const Instance& body, aws::Ec2& ec2);

}  // namespace ec2spotter
