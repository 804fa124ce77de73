#include "control/act/machine_role.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "control/tags/ownership.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPolicyName = "ec2spotter";
constexpr std::size_t kNameMost = 64;

std::string trust_policy() {
  return Json{{"Version", "2012-10-17"},
              {"Statement",
               {{{"Effect", "Allow"},
                 {"Principal", {{"Service", "ec2.amazonaws.com"}}},
                 {"Action", "sts:AssumeRole"}}}}}
      .dump();
}

// Only what carries these tags, and so belongs to the machine.
Json tagged(const Machine& machine, const Tags& more) {
  Json tags{{"aws:ResourceTag/" + std::string(tag::kMachine), machine.name.str()},
            {"aws:ResourceTag/" + std::string(tag::kOwner), machine.owner.str()}};
  for (const auto& [key, value] : more) tags["aws:ResourceTag/" + key] = value;
  return {{"StringEquals", std::move(tags)}};
}

std::string arn(const RoleScope& scope, const std::string& kind) {
  return "arn:" + scope.partition + ":ec2:" + scope.region + ":" + scope.account + ":" + kind +
         "/*";
}

// What EC2 needs of a customer's key to attach a volume that is encrypted with it: these keys
// alone, and only in what EC2 asks for. Source: EBS user guide, "Requirements for Amazon EBS
// encryption"; KMS developer guide, "kms:ViaService".
std::vector<Json> key_statements(const RoleScope& scope) {
  if (scope.kms_keys.empty()) return {};
  const std::string domain = scope.partition == "aws-cn" ? ".amazonaws.com.cn" : ".amazonaws.com";
  const Json via{{"kms:ViaService", "ec2." + scope.region + domain}};
  return {
      {{"Sid", "UseKey"},
       {"Effect", "Allow"},
       {"Action",
        {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext",
         "kms:ReEncrypt*"}},
       {"Resource", scope.kms_keys},
       {"Condition", {{"StringEquals", via}}}},
      {{"Sid", "LendKeyToEc2"},
       {"Effect", "Allow"},
       {"Action", "kms:CreateGrant"},
       {"Resource", scope.kms_keys},
       {"Condition", {{"StringEquals", via}, {"Bool", {{"kms:GrantIsForAWSResource", "true"}}}}}}};
}

Result<void> unless(Errc harmless, Result<void> done) {
  if (!done && done.error().code == harmless) return {};
  return done;
}

Result<void> check_ours(const Machine& machine, aws::Identity& identity) {
  const std::string name = profile_of(machine);
  TRY(const Tags tags, identity.role_tags(name));
  if (belongs_to(tags, machine)) return {};
  return fail(Errc::refused, "rule S4: the role " + name +
                                 " does not carry this machine's tags; it is not changed. Name "
                                 "another one with instance_profile in the machine file");
}

}  // namespace

Result<RoleScope> role_scope(const std::string& caller_arn, const std::string& region) {
  std::vector<std::string> parts(1);
  for (const char c : caller_arn) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() < 6 || parts[0] != "arn") {
    return fail(Errc::malformed_reply, "'" + caller_arn + "' is not the ARN of a caller");
  }
  return RoleScope{.partition = parts[1], .region = region, .account = parts[4]};
}

std::string role_policy(const Machine& machine, const RoleScope& scope) {
  const Json mine = tagged(machine, {});
  const Json root = tagged(machine, {{std::string(tag::kRole), std::string(tag::kRoleRoot)},
                                     {std::string(tag::kState), std::string(tag::kCurrent)}});
  const Json data = tagged(machine, {{std::string(tag::kRole), std::string(tag::kRoleData)},
                                     {std::string(tag::kState), std::string(tag::kCurrent)}});
  Json statements{
      {{"Sid", "Look"}, {"Effect", "Allow"}, {"Action", "ec2:DescribeVolumes"}, {"Resource", "*"}},
      {{"Sid", "AttachRoot"},
       {"Effect", "Allow"},
       {"Action", "ec2:AttachVolume"},
       {"Resource", arn(scope, "volume")},
       {"Condition", root}},
      {{"Sid", "AttachToInstance"},
       {"Effect", "Allow"},
       {"Action", "ec2:AttachVolume"},
       {"Resource", arn(scope, "instance")},
       {"Condition", mine}}};
  if (!machine.data_volumes.empty()) {
    statements.push_back({{"Sid", "AttachData"},
                          {"Effect", "Allow"},
                          {"Action", "ec2:AttachVolume"},
                          {"Resource", arn(scope, "volume")},
                          {"Condition", data}});
  }
  if (!machine.elastic_ip.empty()) {
    // Rule S4: before it takes the address, it looks which instance has it.
    statements.push_back({{"Sid", "LookForAddress"},
                          {"Effect", "Allow"},
                          {"Action", {"ec2:DescribeAddresses", "ec2:DescribeInstances"}},
                          {"Resource", "*"}});
    statements.push_back(
        {{"Sid", "TakeAddress"},
         {"Effect", "Allow"},
         {"Action", "ec2:AssociateAddress"},
         {"Resource",
          {arn(scope, "elastic-ip"), arn(scope, "instance"), arn(scope, "network-interface")}},
         {"Condition", mine}});
  }
  for (Json& statement : key_statements(scope)) statements.push_back(std::move(statement));
  return Json{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}.dump(2);
}

Result<void> make_role(const Machine& machine, const RoleScope& scope, aws::Identity& identity) {
  const std::string name = profile_of(machine);
  if (name.size() > kNameMost) {
    return fail(Errc::invalid, "the role's name, " + name +
                                   ", is longer than the 64 characters that IAM allows; give a "
                                   "shorter one with instance_profile in the machine file");
  }
  TRY_VOID(unless(Errc::already_done,
                  identity.create_role({.name = name,
                                        .trust_policy = trust_policy(),
                                        .description = "Instances of " + machine.name.str() +
                                                       " attach its root volume with this role",
                                        .tags = ownership_tags(machine)})));
  TRY_VOID(check_ours(machine, identity));
  TRY_VOID(identity.put_role_policy(name, kPolicyName, role_policy(machine, scope)));
  TRY_VOID(unless(Errc::already_done, identity.create_profile(name, ownership_tags(machine))));
  TRY(const std::string present, identity.role_of_profile(name));
  if (present == name) return {};
  if (present.empty()) return identity.add_role_to_profile(name, name);
  return fail(Errc::refused, "the instance profile " + name + " holds the role " + present +
                                 "; name another profile with instance_profile");
}

Result<void> remove_role(const Machine& machine, aws::Identity& identity) {
  const std::string name = profile_of(machine);
  const auto gone = [](Result<void> done) { return unless(Errc::not_found, std::move(done)); };
  TRY_VOID(gone(check_ours(machine, identity)));
  TRY_VOID(gone(identity.remove_role_from_profile(name, name)));
  TRY_VOID(gone(identity.delete_profile(name)));
  TRY_VOID(gone(identity.delete_role_policy(name, kPolicyName)));
  return gone(identity.delete_role(name));
}

}  // namespace ec2spotter
