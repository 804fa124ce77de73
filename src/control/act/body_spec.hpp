// What a launch tells EC2 about the bodies: what the machine file wants, with its names looked up,
// and the user data.
#pragma once

#include <optional>
#include <vector>

#include "aws/ec2.hpp"
#include "boot/user_data.hpp"
#include "control/act/launch_batch.hpp"

namespace ec2spotter {

// What the orders of a batch have in common is read from the first. With `own_attaching` the bodies
// attach the root themselves, with the credentials of the machine's instance profile. Errors: EC2's
// for what is looked up; invalid for a name that fits nothing or several things, or user data that
// is too large.
Result<aws::RunInstancesSpec> body_spec(
    const std::vector<LaunchOrder>& batch, aws::Ec2& ec2,
    const std::optional<OwnAttaching>& own_attaching = std::nullopt);

}  // namespace ec2spotter
