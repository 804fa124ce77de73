// The calls and replies of IAM. Pure. Source: IAM API reference, version 2010-05-08.
#pragma once

#include <string>
#include <string_view>

#include "aws/identity.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {

ApiCall create_role_call(const RoleSpec& spec);
ApiCall get_role_call(const std::string& role);
ApiCall put_role_policy_call(const std::string& role, const std::string& policy,
                             const std::string& document);
ApiCall delete_role_policy_call(const std::string& role, const std::string& policy);
ApiCall create_profile_call(const std::string& profile, const Tags& tags);
ApiCall get_profile_call(const std::string& profile);
// The changing calls that name a role alone, a profile alone, or both.
ApiCall on_role_call(std::string action, const std::string& role);
ApiCall on_profile_call(std::string action, const std::string& profile);
ApiCall profile_role_call(std::string action, const std::string& profile, const std::string& role);

// Errors: malformed_reply.
Result<Tags> parse_role_tags(std::string_view body);
// Empty: the profile has no role.
Result<std::string> parse_role_of_profile(std::string_view body);

}  // namespace ec2spotter::aws
