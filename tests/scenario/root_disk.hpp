// What the scenarios of the engines replace and swap share: the root becomes the root disk of a
// body.
#pragma once

#include <string>
#include <vector>

#include "local_ec2.hpp"

namespace ec2spotter::scenario {

// One body lives, and the machine's SSH server answers at its address.
bool alone_in_service(LocalEc2& ec2);

// Up on one body, which has the root and no other disk, and nothing left over.
void expect_own_disk(LocalEc2& ec2);

// The network interfaces that machines keep.
std::vector<sim::Json> kept_interfaces(LocalEc2& ec2);

// Watches until the machine is up on another body than `former`.
void watch_until_back(LocalEc2& ec2, const Machine& machine, const std::string& former);

}  // namespace ec2spotter::scenario
