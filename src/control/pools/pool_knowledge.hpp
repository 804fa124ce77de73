// What the planner knows of pools beside the machine itself: the types that meet its
// requirements, prices and placement scores.
#pragma once

#include <vector>

#include "aws/ec2.hpp"
#include "control/observe/subject.hpp"
#include "control/pools/pool_facts.hpp"
#include "control/pools/type_catalogue.hpp"

namespace ec2spotter {

// For machines of one region. EC2 is asked only for what the machine files make use of, and not
// again within its lifetime; an error is no news.
class PoolKnowledge {
 public:
  // Adds to what is seen of each machine.
  void complete(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now);

 private:
  void add_zones(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now);
  void add_types(const Subject& subject, aws::Ec2& ec2, TimePoint now);
  void add_facts(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now);

  std::vector<std::string> zones_;  // that the region has for the account
  TimePoint zones_read_at_{};
  TypeCatalogue catalogue_;
  PoolFactsBook book_;
};

}  // namespace ec2spotter
