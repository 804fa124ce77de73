// The image, zones, subnets and security groups of a machine's file, as EC2 has them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// The id of an image: it is an id, or resolve:ssm:NAME. Errors: EC2's.
Result<ImageId> resolve_image(const std::string& image, aws::Ec2& ec2);

// Of the machine file's subnets the one in this zone; nullopt: the file names none, and EC2 takes
// the zone's default one. Errors: invalid where the file's are all in other zones.
Result<std::optional<SubnetId>> subnet_in(const Machine& machine, const std::string& zone,
                                          aws::Ec2& ec2);

// The security groups of the machine file; none: EC2 takes the network's default one. Errors:
// invalid for a name that no group has, or several have.
Result<std::vector<GroupId>> groups_of(const Machine& machine, aws::Ec2& ec2);

// Errors: invalid, naming it, for a zone that the region does not have for the account.
Result<void> check_zones(const std::vector<std::string>& zones, aws::Ec2& ec2);

// Are the zones of the file there, and has each of those that are named a subnet, where the file
// names any? Errors: invalid, naming what is wrong.
Result<void> check_places(const Machine& machine, aws::Ec2& ec2);

}  // namespace ec2spotter
