// What EC2 allows an account: request rates and quotas. Source: EC2 API reference, "Request
// throttling"; Service Quotas.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "sim/core/call/params.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// Token buckets per region and action, with EC2's sizes.
class Buckets {
 public:
  // Takes what a call costs. Errors: RequestLimitExceeded; then it takes nothing.
  Result<void> take(const std::string& region, const std::string& action, const ParamMap& params,
                    TimePoint now);

 private:
  struct Bucket {
    double tokens = 0;
    TimePoint at;
  };
  bool enough(const std::string& name, double capacity, double refill, double cost, TimePoint now);

  std::map<std::string, Bucket> buckets_;
};

// Quotas by name: spot_vcpus, on_demand_vcpus, addresses. 0 for another name.
long quota(World& world, const std::string& name);
bool is_quota(const std::string& name);

// How many more vCPUs or addresses the region may have.
long vcpus_free(World& world, const std::string& region, bool spot);
Result<void> check_address_quota(World& world, const std::string& region);

}  // namespace ec2spotter::sim
