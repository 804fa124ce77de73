// Network interfaces that machines keep, as the storm's worlds have them.
#pragma once

#include <string>
#include <vector>

#include "local_ec2.hpp"

namespace ec2spotter::storm {

// Makes it a machine that keeps its private address, without what its file must not have then.
void keep_private_ip(Machine& machine);

// Must the instance end before its successor is launched? A person has ordered an earlier content
// of the root, and the successor needs the network interface of this one.
bool must_be_left_first(scenario::LocalEc2& ec2, const std::string& instance,
                        const std::string& root);

// What is wrong with the interfaces of ours, when all machines are up and nothing is left to do: a
// machine that wants one has one, in the zone of its root and with the address that its root's tags
// show; nobody else has any. Empty: nothing is wrong.
std::string wrong_interfaces(scenario::LocalEc2& ec2, const std::vector<Machine>& machines,
                             const std::vector<VolumeId>& roots);

}  // namespace ec2spotter::storm
