// IAM: roles, their policies and instance profiles, and whether a role may make a call.
#pragma once

#include <string>

#include "base/result.hpp"
#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {

// All regions have one IAM; its tables are under this name.
inline constexpr const char* kEverywhere = "aws-global";

void add_identity_actions(Actions& actions);

// The role of an instance profile; empty: the profile does not exist, or has none.
std::string role_of_profile(World& world, const std::string& profile);
bool profile_exists(World& world, const std::string& profile);
bool role_exists(World& world, const std::string& role);

// Who makes a call with a role's credentials.
struct RoleSession {
  std::string role;
  std::string arn;                // arn:aws:sts::...:assumed-role/ROLE/SESSION
  std::string instance_arn = {};  // of the instance whose metadata gave the credentials; or empty
};

// Errors: UnauthorizedOperation, naming what is missing, when no policy of the role allows it.
Result<void> authorize(Call& call, const RoleSession& session);

}  // namespace ec2spotter::sim
