// Asks EC2 for what a machine needs before its next launch, one thing at a time. Only reads, and
// sends dry runs. What EC2 does not show becomes a warning, so that one missing right hides nothing
// else.
#pragma once

#include <vector>

#include "aws/account/account.hpp"
#include "control/checks/finding.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// All that it refers to outlives it.
struct CheckSubject {
  const Machine& machine;
  const Observation& seen;
  const Volume* root = nullptr;        // null: the machine has none yet
  const Instance* instance = nullptr;  // likewise
  aws::Ec2& ec2;
  aws::Account& account;
  TimePoint now;
};

// The roles with which EC2 launches for the account.
std::vector<Finding> check_service_roles(aws::Account& account, bool uses_fleets);

// Of a machine of a file. Types, image, subnets, quotas: each in every zone where it may live.
std::vector<Finding> check_launch_needs(const CheckSubject& subject);

// The rights of the caller, as far as the machine has what the calls must name.
std::vector<Finding> check_rights(const CheckSubject& subject);

// Whether the root is encrypted, and what the account asks of new volumes.
std::vector<Finding> check_encryption(const CheckSubject& subject);

}  // namespace ec2spotter
