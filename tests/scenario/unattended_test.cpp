// A machine whose fleet launches its bodies, and whose bodies attach the root themselves.
#include <gtest/gtest.h>

#include "model/tags.hpp"
#include "unattended_guests.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

Machine unattended_machine() {
  Machine machine = web_machine();
  machine.unattended = true;
  return machine;
}

class UnattendedScenario : public testing::Test {
 protected:
  UnattendedScenario() { guests_.make_role(machine_); }

  // A controller drives the machine to `goal`, while the guests do their part.
  Result<Decision> drive(const Machine& machine, Goal goal = Goal::up) {
    ec2_.before_call = [this](const sim::ParamMap&) { guests_.act(); };
    auto reached = ec2_.drive(machine, goal);
    ec2_.before_call = {};
    return reached;
  }
  void drive_up() {
    const auto up = drive(machine_);
    ASSERT_TRUE(up) << up.error().describe() << ec2_.story();
    ASSERT_EQ(up->reason, Reason::up);
  }
  std::vector<std::string> fleets() {
    std::vector<std::string> active;
    for (const sim::Json& fleet : ec2_.resources("fleet")) {
      if (fleet.at("fleetState") == "active") active.push_back(fleet.at("fleetId"));
    }
    return active;
  }

  Machine machine_ = unattended_machine();
  LocalEc2 ec2_;
  UnattendedGuests guests_{ec2_};
};

TEST_F(UnattendedScenario, ComesBackAgainAndAgainWithoutAController) {
  drive_up();
  for (const bool notice : {true, false, true}) {
    const std::string body = ec2_.holder(kVolume);
    ec2_.control("reclaim",
                 {{"instance_id", body}, {"notice", notice}, {"seconds", notice ? 30 : 0}});
    ec2_.pass(40s);
    ASSERT_TRUE(guests_.pass_until_served(machine_, 10min));
    EXPECT_NE(ec2_.holder(kVolume), body);
    EXPECT_EQ(ec2_.living().size(), 1U);
  }
  EXPECT_EQ(ec2_.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2_.guests().losses(), std::vector<std::string>{});
}

// EC2 tags no request of a fleet's, so that it takes another question to hear of the notice.
TEST_F(UnattendedScenario, ANoticeIsSeenWhileItsBodyStillRuns) {
  drive_up();
  const std::string body = ec2_.holder(kVolume);
  ec2_.control("notice", {{"instance_id", body}});
  const auto seen = drive(machine_);
  ASSERT_TRUE(seen) << seen.error().describe() << ec2_.story();
  EXPECT_NE(ec2_.holder(kVolume), body);
  EXPECT_NE(ec2_.story().find("(running, under notice)"), std::string::npos) << ec2_.story();
}

TEST_F(UnattendedScenario, RunAgainItChangesNothing) {
  drive_up();
  const auto before = ec2_.changes();
  drive_up();
  EXPECT_EQ(ec2_.changes(), before);
}

TEST_F(UnattendedScenario, ItsRoleCanTouchNoOtherVolumeBodyOrAddress) {
  drive_up();
  const std::string body = ec2_.holder(kVolume);
  ec2_.person("CreateVolume", {{"AvailabilityZone", "us-east-1a"}, {"Size", "1"}});
  ec2_.pass(1min);
  std::string other;
  for (const sim::Json& volume : ec2_.resources("volume")) {
    if (volume.at("status") == "available") other = volume.at("volumeId");
  }
  ASSERT_NE(other, "");
  const auto refused = [&](const std::string& action, const sim::ParamMap& parameters) {
    EXPECT_EQ(guests_.call_as(body, action, parameters), "UnauthorizedOperation") << action;
  };
  refused("AttachVolume", {{"VolumeId", other}, {"InstanceId", body}, {"Device", "/dev/sdg"}});
  refused("DetachVolume", {{"VolumeId", kVolume}, {"InstanceId", body}});
  refused("DeleteVolume", {{"VolumeId", kVolume}});
  refused("TerminateInstances", {{"InstanceId.1", body}});
  refused("CreateTags", {{"ResourceId.1", other}, {"Tag.1.Key", "a"}, {"Tag.1.Value", "1"}});
  refused("DescribeImages", {});
  // A copy that is retired has its name too, and must stay off all the same (rule S2).
  ec2_.person("CreateTags", {{"ResourceId.1", other},
                             {"Tag.1.Key", "ec2spotter:machine"},
                             {"Tag.1.Value", "web"},
                             {"Tag.2.Key", "ec2spotter:owner"},
                             {"Tag.2.Value", "default"},
                             {"Tag.3.Key", "ec2spotter:role"},
                             {"Tag.3.Value", "root"},
                             {"Tag.4.Key", "ec2spotter:state"},
                             {"Tag.4.Value", "retired"}});
  refused("AttachVolume", {{"VolumeId", other}, {"InstanceId", body}, {"Device", "/dev/sdg"}});
}

TEST_F(UnattendedScenario, NoCredentialIsInUserDataOrTags) {
  drive_up();
  const std::string body = ec2_.holder(kVolume);
  const auto metadata = ec2_.core().metadata(body);
  std::vector<std::string> secrets;
  for (const auto& [path, value] : metadata.entries) {
    if (path.find("security-credentials/") == std::string::npos) continue;
    for (const char* name : {"AccessKeyId", "SecretAccessKey", "Token"}) {
      secrets.push_back(sim::Json::parse(value).at(name));
    }
  }
  ASSERT_EQ(secrets.size(), 3U);
  const std::string world = ec2_.core().save().at("tables").dump();
  for (const std::string& secret : secrets) {
    EXPECT_EQ(metadata.user_data.find(secret), std::string::npos);
    EXPECT_EQ(world.find(secret), std::string::npos) << "in a resource: " << secret;
  }
}

TEST_F(UnattendedScenario, PauseRemovesTheFleetBeforeItsBodyAndResumeMakesAnother) {
  drive_up();
  const auto before = ec2_.changes().size();
  Machine known = machine_;
  known.unattended.reset();  // as a later command would, which knows from the tag

  const auto paused = drive(known, Goal::paused);

  ASSERT_TRUE(paused) << paused.error().describe() << ec2_.story();
  const auto all = ec2_.changes();
  EXPECT_EQ(std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(before), all.end()),
            (std::vector<std::string>{"CreateTags", "DeleteFleets", "DeleteLaunchTemplate",
                                      "TerminateInstances"}));
  ec2_.pass(10min);
  EXPECT_TRUE(ec2_.living().empty());
  EXPECT_TRUE(fleets().empty());
  EXPECT_TRUE(ec2_.resources("launch-template").empty());

  const auto resumed = drive(known);
  ASSERT_TRUE(resumed) << resumed.error().describe() << ec2_.story();
  EXPECT_EQ(fleets().size(), 1U);
  EXPECT_EQ(ec2_.living().size(), 1U);
}

TEST_F(UnattendedScenario, SupervisedAgainItKeepsItsBodyAndLosesItsFleet) {
  drive_up();
  const std::string body = ec2_.holder(kVolume);
  Machine supervised = machine_;
  supervised.unattended = false;

  ASSERT_TRUE(drive(supervised));

  EXPECT_TRUE(fleets().empty());
  EXPECT_EQ(ec2_.holder(kVolume), body);
  ec2_.control("reclaim", {{"instance_id", body}});
  ASSERT_TRUE(drive(supervised)) << ec2_.story();
  EXPECT_TRUE(fleets().empty());
  EXPECT_EQ(ec2_.violations(), std::vector<std::string>{});
}

TEST_F(UnattendedScenario, ASupervisedBodyIsInTheWayAndStaysUnderItsWatch) {
  Machine supervised = machine_;
  supervised.unattended.reset();
  ASSERT_TRUE(drive(supervised));
  const auto before = ec2_.changes();

  const auto refused = drive(machine_);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(ec2_.changes(), before) << "a tag would take the machine from its watch";
}

TEST_F(UnattendedScenario, AChangedFileIsNotTakenForTheFleetsOwn) {
  drive_up();
  Machine changed = machine_;
  changed.types = {"m5.large"};

  const auto refused = drive(changed);

  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("fleet_differs"), std::string::npos);
}

TEST_F(UnattendedScenario, WithoutCapacityTheFleetWaits) {
  for (const char* type : {"t3.small", "t3.medium"}) ec2_.set_capacity(type, "spot", 0);

  const auto late = drive(machine_);

  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout) << late.error().describe();
  EXPECT_EQ(fleets().size(), 1U);
  EXPECT_NE(ec2_.story().find("waiting_for_fleet"), std::string::npos);
  ec2_.set_capacity("t3.medium", "spot", 1);
  EXPECT_TRUE(guests_.pass_until_served(machine_, 10min));
}

TEST_F(UnattendedScenario, AWatchLeavesTheLaunchingToTheFleet) {
  drive_up();
  Machine known = machine_;
  known.unattended.reset();
  const std::string body = ec2_.holder(kVolume);
  ec2_.control("reclaim", {{"instance_id", body}});
  ec2_.before_call = [this](const sim::ParamMap&) { guests_.act(); };
  const auto before = ec2_.changes();

  EXPECT_TRUE(ec2_.watch({known}, [&](const Watch& watch) {
    return is_up(watch, known) && ec2_.holder(kVolume) != body;
  })) << ec2_.story();

  const auto all = ec2_.changes();
  EXPECT_EQ(std::count(all.begin(), all.end(), "RunInstances"), 0);
  EXPECT_EQ(ec2_.living().size(), 1U);
}

TEST_F(UnattendedScenario, CapacityRebalanceBringsTheSuccessorFirst) {
  machine_.capacity_rebalance = true;
  drive_up();
  const std::string first = ec2_.holder(kVolume);
  ec2_.control("rebalance", {{"instance_id", first}});
  ec2_.pass(60s);
  guests_.act();
  EXPECT_EQ(ec2_.living().size(), 2U) << "the successor waits";
  EXPECT_EQ(ec2_.holder(kVolume), first);
  ASSERT_TRUE(guests_.pass_until_served(machine_, 2min));
  for (int i = 0; i < 600 && ec2_.holder(kVolume) == first; ++i) {
    ec2_.pass(1s);
    guests_.act();
  }
  EXPECT_NE(ec2_.holder(kVolume), first);
  EXPECT_TRUE(guests_.pass_until_served(machine_, 5min));
  EXPECT_EQ(ec2_.living().size(), 1U);
  EXPECT_EQ(ec2_.violations(), std::vector<std::string>{});
}

TEST_F(UnattendedScenario, APauseAtOnceFindsTheFleetThatEc2DoesNotShowYet) {
  ec2_.control("delay", {{"of", "fleets"}, {"seconds", 45}});
  ec2_.control("delay", {{"of", "credentials"}, {"seconds", 0}});
  // The launching process ends as soon as the fleet is asked for.
  bool asked = false;
  ec2_.watch({machine_}, [&](const Watch&) {
    asked = !fleets().empty();
    return asked;
  });
  ASSERT_TRUE(asked) << ec2_.story();
  const auto paused = drive(machine_, Goal::paused);
  ASSERT_TRUE(paused) << paused.error().describe() << ec2_.story();
  EXPECT_EQ(paused->reason, Reason::paused);
  EXPECT_EQ(fleets(), std::vector<std::string>{});
  ec2_.pass(10min);
  EXPECT_EQ(ec2_.living().size(), 0U) << "a fleet goes on launching";
}

// A root that is encrypted with a key of the user's own.
bool comes_up_encrypted(const std::vector<std::string>& keys_in_role) {
  const std::string key = "11111111-2222-3333-4444-555555555555";
  Machine machine = unattended_machine();
  machine.volume = {.id = VolumeId(kVolume), .name_tag = {}};
  sim::Json seed = world_of({machine});
  seed["keys"] = {{{"key_id", key}, {"alias", "alias/web"}}};
  seed["volumes"][0]["kms_key"] = "alias/web";
  LocalEc2 ec2(seed, 1);
  UnattendedGuests guests(ec2);
  guests.make_role(machine, keys_in_role);
  ec2.before_call = [&](const sim::ParamMap&) { guests.act(); };
  const auto up = ec2.drive(machine);
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  return up.has_value() && up->reason == Reason::up;
}

TEST(UnattendedEncryptedScenario, TheRoleMayUseTheKeyOfTheRoot) {
  EXPECT_TRUE(comes_up_encrypted(
      {"arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"}));
  EXPECT_FALSE(comes_up_encrypted({}));
  EXPECT_FALSE(comes_up_encrypted(
      {"arn:aws:kms:us-east-1:123456789012:key/99999999-2222-3333-4444-555555555555"}));
}

}  // namespace
}  // namespace ec2spotter::scenario
