// The narrow IAM interface: the role of one machine's bodies. Source: IAM API reference, version
// 2010-05-08. Errors: already_done when the thing exists, not_found when it does not, wrong_state
// when something else still needs it, else as for EC2.
#pragma once

#include <string>

#include "base/result.hpp"
#include "model/resources.hpp"

namespace ec2spotter::aws {

struct RoleSpec {
  std::string name;          // at most 64 letters, digits and + = , . @ _ -
  std::string trust_policy;  // JSON: who may take the role
  std::string description;
  Tags tags;
};

class Identity {
 public:
  virtual ~Identity() = default;

  virtual Result<void> create_role(const RoleSpec& spec) = 0;
  // Its tags, which show whose it is.
  virtual Result<Tags> role_tags(const std::string& role) = 0;
  // Sets the role's policy of that name to the JSON document.
  virtual Result<void> put_role_policy(const std::string& role, const std::string& policy,
                                       const std::string& document) = 0;
  virtual Result<void> delete_role_policy(const std::string& role, const std::string& policy) = 0;
  virtual Result<void> delete_role(const std::string& role) = 0;

  virtual Result<void> create_profile(const std::string& profile, const Tags& tags) = 0;
  // The role in the instance profile; empty: it has none.
  virtual Result<std::string> role_of_profile(const std::string& profile) = 0;
  virtual Result<void> add_role_to_profile(const std::string& profile, const std::string& role) = 0;
  virtual Result<void> remove_role_from_profile(const std::string& profile,
                                                const std::string& role) = 0;
  virtual Result<void> delete_profile(const std::string& profile) = 0;
};

}  // namespace ec2spotter::aws
