// The IAM role of an unattended machine's bodies, and the instance profile that carries it.
#pragma once

#include <string>
#include <vector>

#include "aws/identity.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// Where the machine's resources are.
struct RoleScope {
  std::string partition;  // aws, aws-cn, aws-us-gov ...
  std::string region;
  std::string account;
  std::vector<std::string> kms_keys = {};  // ARNs of those that the machine's volumes are under
};

// The scope of the caller with this ARN, in this region. Errors: malformed_reply if it is not an
// ARN.
Result<RoleScope> role_scope(const std::string& caller_arn, const std::string& region);

// The role's policy, as JSON for people: the least that a body needs to attach the machine's root
// to itself, under whichever key it is encrypted, and to take its Elastic IP. It rests on our tags.
std::string role_policy(const Machine& machine, const RoleScope& scope);

// Makes the role and the profile, or completes what an earlier call has begun, and puts the policy
// in place. Errors: invalid for a name that IAM does not take; refused when a role of that name is
// not ours (rule S4); else IAM's.
Result<void> make_role(const Machine& machine, const RoleScope& scope, aws::Identity& identity);

// Deletes them; it is no error if they do not exist. Errors: refused, as above; else IAM's.
Result<void> remove_role(const Machine& machine, aws::Identity& identity);

}  // namespace ec2spotter
