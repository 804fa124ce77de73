// What an ended machine leaves behind.
#pragma once

#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// All of it costs money until a person deletes it.
struct Remains {
  std::vector<Address> addresses;  // Elastic IPs that were the machine's
  std::vector<Volume> data;        // its data volumes, and former ones
  std::vector<Volume> roots;       // its root while that is there, former ones, and copies
  std::vector<Snapshot> snapshots;
};

// As EC2 shows it now. Errors: EC2's.
Result<Remains> find_remains(const Machine& machine, aws::Ec2& ec2);

}  // namespace ec2spotter
