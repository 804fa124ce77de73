// Do the account's vCPU quotas let the machine's instances run? Pure.
#pragma once

#include <string>

#include "control/checks/finding.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

// Service Quotas' code of the EC2 quota that counts the vCPUs of this type on this market; empty:
// not known. Source: EC2 user guide, "On-Demand Instance quotas" and "Spot Instance quotas".
std::string quota_code(const std::string& instance_type, Market market);

struct QuotaUse {
  Market market = Market::spot;
  std::string code;
  int limit = 0;  // vCPUs
  int used = 0;   // by all instances of the region that it counts, the machine's own among them
  int own = 0;    // by the machine's own instance
  std::string smallest_type;
  int smallest = 0;  // vCPUs of the machine's smallest type that it counts
};

Finding check_quota(const QuotaUse& use);

}  // namespace ec2spotter
