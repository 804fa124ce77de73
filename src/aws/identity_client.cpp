#include "aws/identity_client.hpp"

#include "aws/wire/identity_wire.hpp"

namespace ec2spotter::aws {
namespace {

class RealIdentity final : public Identity {
 public:
  RealIdentity(CallerParts parts, CallerOptions options) : caller_(parts, std::move(options)) {}

  Result<void> create_role(const RoleSpec& spec) override { return send(create_role_call(spec)); }
  Result<Tags> role_tags(const std::string& role) override {
    TRY(const std::string body, caller_.call(get_role_call(role)));
    return parse_role_tags(body);
  }
  Result<void> put_role_policy(const std::string& role, const std::string& policy,
                               const std::string& document) override {
    return send(put_role_policy_call(role, policy, document));
  }
  Result<void> delete_role_policy(const std::string& role, const std::string& policy) override {
    return send(delete_role_policy_call(role, policy));
  }
  Result<void> delete_role(const std::string& role) override {
    return send(on_role_call("DeleteRole", role));
  }
  Result<void> create_profile(const std::string& profile, const Tags& tags) override {
    return send(create_profile_call(profile, tags));
  }
  Result<std::string> role_of_profile(const std::string& profile) override {
    TRY(const std::string body, caller_.call(get_profile_call(profile)));
    return parse_role_of_profile(body);
  }
  Result<void> add_role_to_profile(const std::string& profile, const std::string& role) override {
    return send(profile_role_call("AddRoleToInstanceProfile", profile, role));
  }
  Result<void> remove_role_from_profile(const std::string& profile,
                                        const std::string& role) override {
    return send(profile_role_call("RemoveRoleFromInstanceProfile", profile, role));
  }
  Result<void> delete_profile(const std::string& profile) override {
    return send(on_profile_call("DeleteInstanceProfile", profile));
  }

 private:
  Result<void> send(const ApiCall& call) {
    TRY_VOID(caller_.call(call));
    return {};
  }

  Caller caller_;
};

}  // namespace

std::unique_ptr<Identity> make_identity(CallerParts parts, CallerOptions options) {
  return std::make_unique<RealIdentity>(parts, std::move(options));
}

}  // namespace ec2spotter::aws
