#include "sim/core/services/iam.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/services/encryption.hpp"
#include "sim/core/services/policy.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

std::string arn_of(const char* kind, const std::string& name) {
  return fmt::format("arn:aws:iam::{}:{}/{}", kAccount, kind, name);
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("+=,.@_-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

// A name that must be well-formed; ValidationError names the parameter otherwise.
Result<std::string> need_name(Params& params, const char* parameter) {
  TRY(std::string name, params.need(parameter));
  if (is_name(name)) return name;
  return refuse("ValidationError", std::string(parameter) + " '" + name + "' is malformed");
}

Result<Json*> need_identity(Call& call, const char* kind, const std::string& name) {
  if (Json* found = call.find(kind, name)) return found;
  return refuse("NoSuchEntity",
                std::string("The ") + kind + " with name " + name + " cannot be found.");
}

Result<Json*> need_role(Call& call) {
  TRY(const std::string name, need_name(call.params, "RoleName"));
  return need_identity(call, "role", name);
}

Result<Json*> need_profile(Call& call) {
  TRY(const std::string name, need_name(call.params, "InstanceProfileName"));
  return need_identity(call, "instance-profile", name);
}

// IAM shows documents as they stand in an address.
std::string percent_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return out;
}

Result<Json> read_member_tags(Params& params) {
  Json set = Json::array();
  for (Params& tag : params.structures("Tags.member")) {
    TRY(const std::string key, tag.need("Key"));
    const std::string value = tag.get_or("Value", "");
    TRY_VOID(tag.finish());
    TRY_VOID(check_tag(key, value));
    set.push_back({{"Key", key}, {"Value", value}});
  }
  return set;
}

std::string new_identity_id(World& world, const char* prefix) {
  std::string id = world.new_id(prefix);
  std::transform(id.begin(), id.end(), id.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return id;
}

Json shown_profile(World& world, const Json& profile) {
  Json shown = profile;
  Json roles = Json::array();
  const std::string role = text(profile, "_role");
  if (const Json* found = world.find(kEverywhere, "role", role)) roles.push_back(*found);
  shown["Roles"] = {{"*member", std::move(roles)}};
  return shown;
}

Result<Json> create_role(Call& call) {
  TRY(const std::string name, need_name(call.params, "RoleName"));
  TRY(const std::string trust, call.params.need("AssumeRolePolicyDocument"));
  const std::string description = call.params.get_or("Description", "");
  TRY(Json tags, read_member_tags(call.params));
  TRY_VOID(call.params.finish());
  if (!parse_foreign(trust).is_object()) {
    return refuse("MalformedPolicyDocument", "AssumeRolePolicyDocument is not JSON");
  }
  if (call.find("role", name) != nullptr) {
    return refuse("EntityAlreadyExists", "Role with name " + name + " already exists.");
  }
  Json role{{"Path", "/"},
            {"RoleName", name},
            {"RoleId", new_identity_id(call.world, "AROA")},
            {"Arn", arn_of("role", name)},
            {"CreateDate", call.world.timestamp()},
            {"AssumeRolePolicyDocument", percent_encoded(trust)},
            {"Tags", {{"*member", std::move(tags)}}},
            {"_policies", Json::object()}};
  if (!description.empty()) role["Description"] = description;
  return Json{{"Role", call.put("role", name) = std::move(role)}};
}

Result<Json> get_role(Call& call) {
  TRY(const Json* role, need_role(call));
  TRY_VOID(call.params.finish());
  return Json{{"Role", *role}};
}

bool is_in_a_profile(Call& call, const std::string& role) {
  const Table& profiles = call.table("instance-profile");
  return std::any_of(profiles.begin(), profiles.end(),
                     [&](const auto& entry) { return text(entry.second, "_role") == role; });
}

Result<Json> delete_role(Call& call) {
  TRY(const Json* role, need_role(call));
  TRY_VOID(call.params.finish());
  const std::string name = text(*role, "RoleName");
  if (!role->at("_policies").empty()) {
    return refuse("DeleteConflict", "Cannot delete entity, must delete policies first.");
  }
  if (is_in_a_profile(call, name)) {
    return refuse("DeleteConflict",
                  "Cannot delete entity, must remove roles from instance profile first.");
  }
  call.erase("role", name);
  return Json::object();
}

Result<Json> put_role_policy(Call& call) {
  TRY(Json * role, need_role(call));
  TRY(const std::string name, need_name(call.params, "PolicyName"));
  TRY(const std::string document, call.params.need("PolicyDocument"));
  TRY_VOID(call.params.finish());
  TRY_VOID(parse_policy(document));
  (*role)["_policies"][name] = document;
  return Json::object();
}

Result<std::string> need_policy(Call& call, const Json& role) {
  TRY(std::string name, need_name(call.params, "PolicyName"));
  TRY_VOID(call.params.finish());
  if (role.at("_policies").contains(name)) return name;
  return refuse("NoSuchEntity", "The role policy with name " + name + " cannot be found.");
}

Result<Json> get_role_policy(Call& call) {
  TRY(const Json* role, need_role(call));
  TRY(const std::string name, need_policy(call, *role));
  return Json{{"RoleName", role->at("RoleName")},
              {"PolicyName", name},
              {"PolicyDocument", percent_encoded(role->at("_policies").at(name))}};
}

Result<Json> delete_role_policy(Call& call) {
  TRY(Json * role, need_role(call));
  TRY(const std::string name, need_policy(call, *role));
  (*role)["_policies"].erase(name);
  return Json::object();
}

Result<Json> list_role_policies(Call& call) {
  TRY(const Json* role, need_role(call));
  TRY_VOID(call.params.finish());
  Json names = Json::array();
  for (const auto& [name, document] : role->at("_policies").items()) names.push_back(name);
  return Json{{"PolicyNames", {{"*member", std::move(names)}}}, {"IsTruncated", false}};
}

Result<Json> create_profile(Call& call) {
  TRY(const std::string name, need_name(call.params, "InstanceProfileName"));
  TRY(Json tags, read_member_tags(call.params));
  TRY_VOID(call.params.finish());
  if (call.find("instance-profile", name) != nullptr) {
    return refuse("EntityAlreadyExists", "Instance Profile " + name + " already exists.");
  }
  Json& made = call.put("instance-profile", name);
  made = {{"Path", "/"},
          {"InstanceProfileName", name},
          {"InstanceProfileId", new_identity_id(call.world, "AIPA")},
          {"Arn", arn_of("instance-profile", name)},
          {"CreateDate", call.world.timestamp()},
          {"Tags", {{"*member", std::move(tags)}}},
          {"_role", ""}};
  return Json{{"InstanceProfile", shown_profile(call.world, made)}};
}

Result<Json> get_profile(Call& call) {
  TRY(const Json* profile, need_profile(call));
  TRY_VOID(call.params.finish());
  return Json{{"InstanceProfile", shown_profile(call.world, *profile)}};
}

Result<Json> delete_profile(Call& call) {
  TRY(const Json* profile, need_profile(call));
  TRY_VOID(call.params.finish());
  if (!text(*profile, "_role").empty()) {
    return refuse("DeleteConflict",
                  "Cannot delete entity, must remove roles from instance profile first.");
  }
  call.erase("instance-profile", text(*profile, "InstanceProfileName"));
  return Json::object();
}

Result<Json> add_role(Call& call) {
  TRY(Json * profile, need_profile(call));
  TRY(const Json* role, need_role(call));
  TRY_VOID(call.params.finish());
  if (!text(*profile, "_role").empty()) {
    return refuse("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
  }
  (*profile)["_role"] = role->at("RoleName");
  (*profile)["_role_since"] = call.world.timestamp();
  return Json::object();
}

Result<Json> remove_role(Call& call) {
  TRY(Json * profile, need_profile(call));
  TRY(const Json* role, need_role(call));
  TRY_VOID(call.params.finish());
  if (text(*profile, "_role") != text(*role, "RoleName")) {
    return refuse("NoSuchEntity", "The role is not in the instance profile.");
  }
  (*profile)["_role"] = "";
  return Json::object();
}

std::map<std::string, std::string> tags_of(const Json* resource) {
  std::map<std::string, std::string> tags;
  if (resource == nullptr) return tags;
  for (const Json& tag : resource->value("tagSet", Json::array())) {
    tags[text(tag, "key")] = text(tag, "value");
  }
  return tags;
}

struct Touched {
  const char* parameter;
  const char* kind;      // of our tables
  const char* in_arn;    // what EC2's ARNs call it
  bool has_tags = true;  // may a condition ask for its tags?
};

PolicyResource resource_of(Call& call, const Touched& touched, const std::string& id) {
  return {.arn = fmt::format("arn:aws:ec2:{}:{}:{}/{}", call.region, kAccount, touched.in_arn, id),
          .tags = touched.has_tags ? tags_of(call.find(touched.kind, id))
                                   : std::map<std::string, std::string>()};
}

// What a call touches. Source: "Actions, resources, and condition keys for Amazon EC2"; calls that
// are not listed here must be allowed for every resource.
std::vector<PolicyResource> resources_of(Call& call) {
  static const std::map<std::string, std::vector<Touched>> kTouched{
      {"AttachVolume", {{"VolumeId", "volume", "volume"}, {"InstanceId", "instance", "instance"}}},
      {"DetachVolume", {{"VolumeId", "volume", "volume"}, {"InstanceId", "instance", "instance"}}},
      {"AssociateAddress",
       {{"AllocationId", "address", "elastic-ip"}, {"InstanceId", "instance", "instance"}}},
      {"CreateReplaceRootVolumeTask",
       {{"InstanceId", "instance", "instance"},
        {"VolumeId", "volume", "volume", false},
        {"SnapshotId", "snapshot", "snapshot"},
        {"ImageId", "image", "image"}}},
  };
  std::vector<PolicyResource> resources;
  const auto known = kTouched.find(call.action);
  if (known != kTouched.end()) {
    for (const Touched& touched : known->second) {
      const auto id = call.params.all().find(touched.parameter);
      if (id == call.params.all().end()) continue;
      resources.push_back(resource_of(call, touched, id->second));
    }
  }
  if (call.action == "CreateReplaceRootVolumeTask") {
    resources.push_back(resource_of(call, {"", "", "replace-root-volume-task", false}, "*"));
  }
  if (resources.empty()) resources.push_back({.arn = "*", .tags = {}});
  return resources;
}

}  // namespace

std::string role_of_profile(World& world, const std::string& profile) {
  const Json* found = world.find(kEverywhere, "instance-profile", profile);
  return found == nullptr ? std::string() : text(*found, "_role");
}

bool profile_exists(World& world, const std::string& profile) {
  return world.find(kEverywhere, "instance-profile", profile) != nullptr;
}

bool role_exists(World& world, const std::string& role) {
  return world.find(kEverywhere, "role", role) != nullptr;
}

Result<void> authorize(Call& call, const RoleSession& session) {
  std::vector<Json> policies;
  if (const Json* role = call.world.find(kEverywhere, "role", session.role)) {
    for (const auto& [name, document] : role->at("_policies").items()) {
      TRY(Json policy, parse_policy(document.get<std::string>()));
      policies.push_back(std::move(policy));
    }
  }
  PolicyQuestion question{.action = "ec2:" + call.action, .resource = {}, .context = {}};
  if (!session.instance_arn.empty())
    question.context["ec2:SourceInstanceARN"] = session.instance_arn;
  for (PolicyResource& resource : resources_of(call)) {
    question.resource = std::move(resource);
    if (allows(policies, question)) continue;
    return refuse(
        "UnauthorizedOperation",
        fmt::format("You are not authorized to perform this operation. User: {} is not "
                    "authorized to perform: {} on resource: {} because no identity-based "
                    "policy allows the {} action",
                    session.arn, question.action, question.resource.arn, question.action));
  }
  const bool attaches =
      call.action == "AttachVolume" || call.action == "CreateReplaceRootVolumeTask";
  return attaches ? authorize_key(call, policies) : Result<void>();
}

void add_identity_actions(Actions& actions) {
  actions.insert({{"CreateRole", create_role},
                  {"GetRole", get_role},
                  {"DeleteRole", delete_role},
                  {"PutRolePolicy", put_role_policy},
                  {"GetRolePolicy", get_role_policy},
                  {"DeleteRolePolicy", delete_role_policy},
                  {"ListRolePolicies", list_role_policies},
                  {"CreateInstanceProfile", create_profile},
                  {"GetInstanceProfile", get_profile},
                  {"DeleteInstanceProfile", delete_profile},
                  {"AddRoleToInstanceProfile", add_role},
                  {"RemoveRoleFromInstanceProfile", remove_role}});
}

}  // namespace ec2spotter::sim
