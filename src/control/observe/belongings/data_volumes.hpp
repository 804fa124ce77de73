// The volumes that machine files name as data_volumes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// By machine of this owner, each one that an entry of its file may mean, and what its moves have
// made of those, asked for together; a machine without data volumes costs no call.
Result<std::map<std::string, std::vector<Volume>>> find_data_volumes(
    aws::Ec2& ec2, const OwnerId& owner, const std::vector<const Machine*>& machines);

}  // namespace ec2spotter
