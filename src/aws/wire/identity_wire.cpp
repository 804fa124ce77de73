#include "aws/wire/identity_wire.hpp"

#include <utility>

#include "aws/wire/xml.hpp"

namespace ec2spotter::aws {
namespace {

// Each of these calls names its result, so a repeat changes nothing.
ApiCall identity_call(std::string action, Effect effect) {
  return {.service = Service::iam, .action = std::move(action), .effect = effect};
}

void add_tags(Params& params, const Tags& tags) {
  std::size_t i = 0;
  for (const auto& [key, value] : tags) {
    const std::string name = list_name("Tags.member", i++);
    params.add(name + ".Key", key);
    params.add(name + ".Value", value);
  }
}

}  // namespace

ApiCall on_role_call(std::string action, const std::string& role) {
  ApiCall call = identity_call(std::move(action), Effect::by_token);
  call.params.add("RoleName", role);
  return call;
}

ApiCall on_profile_call(std::string action, const std::string& profile) {
  ApiCall call = identity_call(std::move(action), Effect::by_token);
  call.params.add("InstanceProfileName", profile);
  return call;
}

ApiCall profile_role_call(std::string action, const std::string& profile, const std::string& role) {
  ApiCall call = on_profile_call(std::move(action), profile);
  call.params.add("RoleName", role);
  return call;
}

ApiCall create_role_call(const RoleSpec& spec) {
  ApiCall call = on_role_call("CreateRole", spec.name);
  call.params.add("AssumeRolePolicyDocument", spec.trust_policy);
  call.params.add_if("Description", spec.description);
  add_tags(call.params, spec.tags);
  return call;
}

ApiCall get_role_call(const std::string& role) {
  ApiCall call = identity_call("GetRole", Effect::none);
  call.params.add("RoleName", role);
  return call;
}

ApiCall put_role_policy_call(const std::string& role, const std::string& policy,
                             const std::string& document) {
  ApiCall call = on_role_call("PutRolePolicy", role);
  call.params.add("PolicyName", policy);
  call.params.add("PolicyDocument", document);
  return call;
}

ApiCall delete_role_policy_call(const std::string& role, const std::string& policy) {
  ApiCall call = on_role_call("DeleteRolePolicy", role);
  call.params.add("PolicyName", policy);
  return call;
}

ApiCall create_profile_call(const std::string& profile, const Tags& tags) {
  ApiCall call = on_profile_call("CreateInstanceProfile", profile);
  add_tags(call.params, tags);
  return call;
}

ApiCall get_profile_call(const std::string& profile) {
  ApiCall call = identity_call("GetInstanceProfile", Effect::none);
  call.params.add("InstanceProfileName", profile);
  return call;
}

Result<Tags> parse_role_tags(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "GetRoleResponse"));
  const XmlElement role = root.child("GetRoleResult").child("Role");
  TRY_VOID(role.required("RoleName"));
  Tags tags;
  const XmlElement list = role.child("Tags");
  for (XmlElement item = list.first("member"); item.exists(); item = item.next("member")) {
    tags[item.text("Key")] = item.text("Value");
  }
  return tags;
}

Result<std::string> parse_role_of_profile(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "GetInstanceProfileResponse"));
  const XmlElement profile = root.child("GetInstanceProfileResult").child("InstanceProfile");
  TRY_VOID(profile.required("InstanceProfileName"));
  return profile.child("Roles").child("member").text("RoleName");
}

}  // namespace ec2spotter::aws
