// One machine from nothing to up, and back to rest.
#include <gtest/gtest.h>

#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

std::string describe(const Result<Decision>& result) {
  return result ? std::string(to_string(result->reason)) : result.error().describe();
}

// The machine is up on exactly one body, and everything is where it belongs.
void expect_up(LocalEc2& ec2) {
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  const auto living = ec2.living();
  ASSERT_EQ(living.size(), 1U);
  const std::string body = living.front().at("instanceId");
  EXPECT_EQ(ec2.holder(kVolume), body);
  EXPECT_EQ(sim::tag_value(living.front(), tag::kRoot), "up");
  const auto addresses = ec2.resources("address");
  ASSERT_EQ(addresses.size(), 1U);
  EXPECT_EQ(addresses.front().value("instanceId", ""), body);
  EXPECT_TRUE(ec2.guests().ssh_answers(kAddress));
}

TEST(LaunchScenario, BringsTheMachineUpWithTheFewestChanges) {
  LocalEc2 ec2;
  const auto up = ec2.drive(web_machine());

  ASSERT_TRUE(up) << describe(up) << ec2.story();
  EXPECT_EQ(up->reason, Reason::up);
  expect_up(ec2);
  EXPECT_EQ(ec2.changes(),
            (std::vector<std::string>{"CreateTags", "RunInstances", "AttachVolume", "CreateTags",
                                      "CreateTags", "AssociateAddress"}));
}

TEST(LaunchScenario, RunAgainItChangesNothing) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(web_machine()));
  const auto before = ec2.changes();

  ASSERT_TRUE(ec2.drive(web_machine()));

  EXPECT_EQ(ec2.changes(), before);
  expect_up(ec2);
}

TEST(LaunchScenario, AReclaimedBodyIsReplacedAndTheVolumeFollows) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(web_machine()));
  const std::string first = ec2.holder(kVolume);
  ec2.control("reclaim", {{"instance_id", first}, {"notice", true}, {"seconds", 30}});

  const auto again = ec2.drive(web_machine());

  ASSERT_TRUE(again) << describe(again);
  expect_up(ec2);
  EXPECT_NE(ec2.holder(kVolume), first);
}

TEST(LaunchScenario, ABodyTakenWithoutNoticeIsReplaced) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(web_machine()));
  const std::string first = ec2.holder(kVolume);
  ec2.control("reclaim", {{"instance_id", first}});
  ec2.pass(1s);  // Describe calls lag behind

  ASSERT_TRUE(ec2.drive(web_machine()));

  expect_up(ec2);
  EXPECT_NE(ec2.holder(kVolume), first);
}

TEST(LaunchScenario, TakesTheNextPoolWhenTheFirstIsEmpty) {
  LocalEc2 ec2;
  ec2.set_capacity("t3.small", "", 0);

  ASSERT_TRUE(ec2.drive(web_machine()));

  expect_up(ec2);
  EXPECT_EQ(ec2.living().front().at("instanceType"), "t3.medium");
}

TEST(LaunchScenario, WithoutCapacityEachPoolIsNamedWithItsReasonAndNothingIsLeft) {
  LocalEc2 ec2;
  for (const char* type : {"t3.small", "t3.medium"}) {
    ec2.set_capacity(type, "", 0);
  }

  const auto refused = ec2.drive(web_machine());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::no_capacity);
  const std::string text = refused.error().describe();
  EXPECT_NE(text.find("t3.small spot us-east-1a: "), std::string::npos) << text;
  EXPECT_NE(text.find("t3.medium spot us-east-1a: "), std::string::npos) << text;
  EXPECT_NE(text.find("InsufficientInstanceCapacity"), std::string::npos) << text;
  EXPECT_TRUE(ec2.living().empty());
}

TEST(LaunchScenario, OnDemandIsTakenWhenTheFileAllowsIt) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.markets = {Market::spot, Market::on_demand};
  for (const char* type : {"t3.small", "t3.medium"}) {
    ec2.set_capacity(type, "spot", 0);
  }

  ASSERT_TRUE(ec2.drive(machine));

  expect_up(ec2);
  EXPECT_EQ(ec2.living().front().value("instanceLifecycle", "on-demand"), "on-demand");
}

TEST(LaunchScenario, ABootThatFailsSaysWhereAndLeavesTheBodyReachable) {
  LocalEc2 ec2;
  ec2.guests().habits.failing_stage = "check";

  const auto failed = ec2.drive(web_machine());

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::wrong_state);
  const std::string text = failed.error().describe();
  EXPECT_NE(text.find("stage check failed"), std::string::npos) << text;
  EXPECT_NE(text.find("no_system"), std::string::npos) << text;
  EXPECT_EQ(ec2.living().size(), 1U);
}

TEST(LaunchScenario, ABootThatNeverEndsIsToldAfterItsLimit) {
  LocalEc2 ec2;
  ec2.guests().habits.to_root = 24h;

  const auto failed = ec2.drive(web_machine());

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::timeout);
  EXPECT_NE(failed.error().describe().find("boot_timeout"), std::string::npos);
}

TEST(LaunchScenario, PauseFreesTheBodyAndResumeBringsTheSameVolumeBack) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(web_machine()));
  const std::string first = ec2.holder(kVolume);

  const auto rests = ec2.drive(web_machine(), Goal::paused);
  ASSERT_TRUE(rests) << describe(rests);
  EXPECT_EQ(rests->reason, Reason::paused);
  EXPECT_TRUE(ec2.living().empty());
  EXPECT_EQ(ec2.holder(kVolume), "");

  ASSERT_TRUE(ec2.drive(web_machine(), Goal::up));
  expect_up(ec2);
  EXPECT_NE(ec2.holder(kVolume), first);
}

TEST(LaunchScenario, AnotherOwnersMachineIsLeftAlone) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(web_machine()));
  const auto before = ec2.changes();
  Machine other = web_machine();
  other.owner = OwnerId("somebody");

  for (const Goal goal : {Goal::up, Goal::paused}) {
    const auto refused = ec2.drive(other, goal);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
  }
  EXPECT_EQ(ec2.changes(), before);
  expect_up(ec2);
}

// A fault in one call, of every kind and for every changing call of a launch.
TEST(LaunchScenario, SurvivesEveryFaultOfEveryCall) {
  for (const char* action : {"CreateTags", "RunInstances", "AttachVolume", "AssociateAddress",
                             "DescribeVolumes", "DescribeInstances", "GetConsoleOutput"}) {
    for (const char* kind : {"throttle", "error_before", "error_after", "lost_reply"}) {
      for (const int status : {500, 503}) {
        SCOPED_TRACE(std::string(action) + " " + kind + " " + std::to_string(status));
        LocalEc2 ec2;
        ec2.control("fault",
                    {{"kind", kind}, {"action", action}, {"count", 2}, {"status", status}});

        const auto up = ec2.drive(web_machine());

        ASSERT_TRUE(up) << describe(up);
        expect_up(ec2);
      }
    }
  }
}

}  // namespace
}  // namespace ec2spotter::scenario
