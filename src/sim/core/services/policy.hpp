// IAM's policy documents: their form, and what they allow. Pure. Source: IAM user guide, "Policy
// evaluation logic" and "JSON policy elements".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// One thing that a call touches.
struct PolicyResource {
  std::string arn;  // "*": the call touches none by name
  std::map<std::string, std::string> tags;
};

struct PolicyQuestion {
  std::string action;  // "ec2:AttachVolume"
  PolicyResource resource;
  std::map<std::string, std::string> context;  // condition keys that the call itself sets
};

// Errors: MalformedPolicyDocument, also for parts of IAM that are not simulated, so that no
// condition is ignored.
Result<Json> parse_policy(const std::string& document);

// An explicit Deny wins; without an Allow nothing is allowed. `policies` came from parse_policy.
bool allows(const std::vector<Json>& policies, const PolicyQuestion& question);

}  // namespace ec2spotter::sim
