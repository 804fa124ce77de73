// Roles, instance profiles, and what a role's policies allow.
#include "sim.hpp"
#include "sim/core/services/policy.hpp"

namespace ec2spotter::sim {
namespace {

std::string policy_of(const Json& statements) {
  return Json{{"Version", "2012-10-17"}, {"Statement", statements}}.dump();
}

// The attaching of what carries the tag a=1.
std::string attach_tagged() {
  return policy_of({{"Effect", "Allow"},
                    {"Action", "ec2:AttachVolume"},
                    {"Resource", {"arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:instance/*"}},
                    {"Condition", {{"StringEquals", {{"aws:ResourceTag/a", "1"}}}}}});
}

TEST(SimIdentityTest, AnInstanceMayDoWhatItsRolesPolicyAllowsAndNothingElse) {
  Sim sim;
  sim.make_profile("web", attach_tagged());
  const std::string body = sim.run({{"IamInstanceProfile.Name", "web"},
                                    {"TagSpecification.1.ResourceType", "instance"},
                                    {"TagSpecification.1.Tag.1.Key", "a"},
                                    {"TagSpecification.1.Tag.1.Value", "1"}});
  const std::string own = sim.make_volume();
  const std::string other = sim.make_volume();
  sim.call("CreateTags", {{"ResourceId.1", own}, {"Tag.1.Key", "a"}, {"Tag.1.Value", "1"}});
  sim.call("CreateTags", {{"ResourceId.1", other}, {"Tag.1.Key", "a"}, {"Tag.1.Value", "2"}});
  const std::string untagged_body = sim.run();

  EXPECT_EQ(sim.call_as(body, "AttachVolume", attach_params({other, body})).error(),
            "UnauthorizedOperation");
  EXPECT_EQ(sim.call_as(body, "AttachVolume", attach_params({own, untagged_body})).error(),
            "UnauthorizedOperation");
  EXPECT_EQ(sim.call_as(body, "TerminateInstances", {{"InstanceId.1", body}}).error(),
            "UnauthorizedOperation");
  EXPECT_EQ(sim.call_as(body, "DescribeVolumes", {}).error(), "UnauthorizedOperation");
  EXPECT_EQ(sim.call_as(body, "AttachVolume", attach_params({own, body})).error(), "");
}

TEST(SimIdentityTest, TheJournalNamesTheCaller) {
  Sim sim;
  sim.make_profile("web", attach_tagged());
  const std::string body = sim.run({{"IamInstanceProfile.Name", "web"}});
  sim.call_as(body, "TerminateInstances", {{"InstanceId.1", body}});
  EXPECT_EQ(sim.control("calls").back().at("caller"),
            "arn:aws:sts::123456789012:assumed-role/web/" + body);
}

TEST(SimIdentityTest, ARoleThatIsGoneMayDoNothing) {
  Sim sim;
  sim.make_profile("web", policy_of({{"Effect", "Allow"}, {"Action", "*"}, {"Resource", "*"}}));
  const std::string body = sim.run({{"IamInstanceProfile.Name", "web"}});
  EXPECT_EQ(sim.call_as(body, "DescribeVolumes", {}).error(), "");
  EXPECT_EQ(sim.identity("DeleteRolePolicy", {{"RoleName", "web"}, {"PolicyName", "p"}}), "");
  EXPECT_EQ(sim.call_as(body, "DescribeVolumes", {}).error(), "UnauthorizedOperation");
}

TEST(SimIdentityTest, OnlyAProfileThatExistsLaunches) {
  Sim sim;
  const Reply refused = sim.call("RunInstances", run_params({{"IamInstanceProfile.Name", "none"}}));
  EXPECT_EQ(refused.error(), "InvalidParameterValue");
  EXPECT_NE(refused.at("//Message").find("Invalid IAM Instance Profile name"), std::string::npos);
}

TEST(SimIdentityTest, ThingsExistOnceAndGoInOrder) {
  Sim sim;
  sim.make_profile("web", attach_tagged());
  EXPECT_EQ(sim.identity("CreateRole", {{"RoleName", "web"}, {"AssumeRolePolicyDocument", "{}"}}),
            "EntityAlreadyExists");
  EXPECT_EQ(sim.identity("CreateInstanceProfile", {{"InstanceProfileName", "web"}}),
            "EntityAlreadyExists");
  const ParamMap role{{"RoleName", "web"}};
  const ParamMap profile{{"InstanceProfileName", "web"}};
  const ParamMap both{{"RoleName", "web"}, {"InstanceProfileName", "web"}};
  EXPECT_EQ(sim.identity("AddRoleToInstanceProfile", both), "LimitExceeded");
  EXPECT_EQ(sim.identity("DeleteInstanceProfile", profile), "DeleteConflict");
  EXPECT_EQ(sim.identity("DeleteRole", role), "DeleteConflict");
  EXPECT_EQ(sim.identity("DeleteRolePolicy", {{"RoleName", "web"}, {"PolicyName", "p"}}), "");
  EXPECT_EQ(sim.identity("DeleteRole", role), "DeleteConflict") << "it is in a profile";
  EXPECT_EQ(sim.identity("RemoveRoleFromInstanceProfile", both), "");
  EXPECT_EQ(sim.identity("DeleteInstanceProfile", profile), "");
  EXPECT_EQ(sim.identity("DeleteRole", role), "");
  EXPECT_EQ(sim.identity("GetRole", role), "NoSuchEntity");
  EXPECT_EQ(sim.identity("GetInstanceProfile", profile), "NoSuchEntity");
}

TEST(SimPolicyTest, WhatIsNotSimulatedIsRefused) {
  const auto error = [](Json statement) {
    const auto parsed = parse_policy(policy_of(statement));
    return parsed ? std::string() : parsed.error().message;
  };
  const Json good{{"Effect", "Allow"}, {"Action", "ec2:*"}, {"Resource", "*"}};
  const auto with = [&](const char* key, const Json& value) {
    Json changed = good;
    changed[key] = value;
    return changed;
  };
  EXPECT_EQ(error(good), "");
  EXPECT_NE(error(with("NotAction", "x")).find("NotAction"), std::string::npos);
  EXPECT_NE(error(with("Effect", "Perhaps")).find("Effect"), std::string::npos);
  EXPECT_NE(error(with("Action", Json::array())).find("Action"), std::string::npos);
  EXPECT_NE(error(with("Condition", {{"Null", {{"a", "true"}}}})).find("Null"), std::string::npos);
  EXPECT_NE(error(with("Condition", {{"StringEquals", {{"aws:userid", "x"}}}})).find("aws:userid"),
            std::string::npos);
  EXPECT_FALSE(parse_policy("no JSON"));
}

TEST(SimPolicyTest, DenyWinsAndPatternsMatch) {
  const auto asked = [](const Json& statements, const char* action) {
    const std::vector<Json> policies{parse_policy(policy_of(statements)).value()};
    return allows(policies, {.action = action,
                             .resource = {.arn = "arn:aws:ec2:r:1:volume/vol-1", .tags = {}},
                             .context = {{"ec2:SourceInstanceARN", "arn:i/i-1"}}});
  };
  const Json all{{"Effect", "Allow"}, {"Action", "ec2:*Volume*"}, {"Resource", "*:volume/vol-?"}};
  EXPECT_TRUE(asked({all}, "ec2:AttachVolume"));
  EXPECT_TRUE(asked({all}, "ec2:DescribeVolumes"));
  EXPECT_FALSE(asked({all}, "ec2:RunInstances"));
  const Json deny{{"Effect", "Deny"}, {"Action", "ec2:Attach*"}, {"Resource", "*"}};
  EXPECT_FALSE(asked({all, deny}, "ec2:AttachVolume"));
  Json conditional = all;
  conditional["Condition"] = {{"ArnLike", {{"ec2:SourceInstanceARN", {"x", "arn:*"}}}}};
  EXPECT_TRUE(asked({conditional}, "ec2:AttachVolume"));
  conditional["Condition"] = {{"StringEquals", {{"ec2:ResourceTag/a", "1"}}}};
  EXPECT_FALSE(asked({conditional}, "ec2:AttachVolume"));
}

constexpr const char* kKey = "11111111-2222-3333-4444-555555555555";
const std::string kKeyArn = std::string("arn:aws:kms:us-east-1:123456789012:key/") + kKey;

// AttachVolume, and these actions on the key, with these conditions.
std::string with_key(const Json& actions, const Json& conditions) {
  return policy_of({{{"Effect", "Allow"}, {"Action", "ec2:AttachVolume"}, {"Resource", "*"}},
                    {{"Effect", "Allow"},
                     {"Action", actions},
                     {"Resource", kKeyArn},
                     {"Condition", conditions}}});
}

std::string attach_with(const std::string& policy, const std::string& key = "alias/web") {
  Sim sim;
  EXPECT_TRUE(sim.core().seed({{"keys", {{{"key_id", kKey}, {"alias", "alias/web"}}}}}));
  sim.make_profile("web", policy);
  const std::string body = sim.run({{"IamInstanceProfile.Name", "web"}});
  const std::string volume =
      sim.call(
             "CreateVolume",
             {{"AvailabilityZone", kZone}, {"Size", "8"}, {"Encrypted", "true"}, {"KmsKeyId", key}})
          .at("//volumeId");
  const std::string error =
      sim.call_as(body, "AttachVolume", attach_params({volume, body})).error();
  EXPECT_EQ(sim.volume_status(volume), error.empty() ? "in-use" : "available");
  return error;
}

TEST(SimIdentityTest, AVolumeUnderACustomersKeyNeedsRightsToTheKey) {
  const Json via{{"StringEquals", {{"kms:ViaService", "ec2.us-east-1.amazonaws.com"}}}};
  const Json elsewhere{{"StringEquals", {{"kms:ViaService", "ec2.eu-west-1.amazonaws.com"}}}};
  const Json for_ec2{{"Bool", {{"kms:GrantIsForAWSResource", true}}}};
  const Json both{"kms:CreateGrant", "kms:Decrypt"};
  EXPECT_EQ(attach_with(with_key(both, via)), "");
  EXPECT_EQ(attach_with(with_key(both, for_ec2)), "");
  EXPECT_EQ(attach_with(with_key("kms:Decrypt", via)), "CustomerKeyHasBeenRevoked");
  EXPECT_EQ(attach_with(with_key("kms:CreateGrant", via)), "CustomerKeyHasBeenRevoked");
  EXPECT_EQ(attach_with(with_key(both, elsewhere)), "CustomerKeyHasBeenRevoked");
  EXPECT_EQ(attach_with(with_key("ec2:None", via), "alias/aws/ebs"), "");
}

TEST(SimIdentityTest, CredentialsMayComeLaterThanTheRole) {
  Sim sim;
  sim.control("delay", {{"of", "credentials"}, {"seconds", 20}});
  sim.make_profile("web", attach_tagged());
  const std::string body = sim.run({{"IamInstanceProfile.Name", "web"}});
  const auto shown = [&] {
    for (const auto& [path, value] : sim.core().metadata(body).entries) {
      if (path.ends_with("security-credentials/web")) return text(Json::parse(value), "Code");
    }
    return std::string("nothing");
  };
  EXPECT_EQ(shown(), "AssumeRoleUnauthorizedAccess");
  sim.advance(std::chrono::seconds(21));
  EXPECT_EQ(shown(), "Success");
}

}  // namespace
}  // namespace ec2spotter::sim
