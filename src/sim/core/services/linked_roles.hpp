// IAM's service-linked roles, with which EC2 launches Spot instances and fleets.
#pragma once

#include <string>

#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {

inline constexpr const char* kSpotService = "spot.amazonaws.com";
inline constexpr const char* kFleetService = "ec2fleet.amazonaws.com";

// EC2 makes the role of a service when it is first needed. Source: EC2 user guide, "Service-linked
// role for Spot Instance requests".
void need_linked_role(World& world, const std::string& service);

void add_linked_role_actions(Actions& actions);

}  // namespace ec2spotter::sim
