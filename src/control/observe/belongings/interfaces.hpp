// The network interfaces that machines keep, as EC2 shows them.
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// Those of the owner's machines with these names. Without names no call is made.
Result<std::vector<NetworkInterface>> find_interfaces(aws::Ec2& ec2, const OwnerId& owner,
                                                      const std::vector<std::string>& machines);

}  // namespace ec2spotter
