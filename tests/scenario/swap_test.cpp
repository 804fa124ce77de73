// Engine swap in virtual time: bodies that boot from the root as their own root disk.
#include <gtest/gtest.h>

#include "root_disk.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

// As for each engine without a boot program; and no request is left that would launch another body.
void expect_swapped(LocalEc2& ec2) {
  expect_own_disk(ec2);
  ASSERT_EQ(ec2.living().size(), 1U);
  const sim::Json body = ec2.living().front();
  int requests = 0;
  for (const sim::Json& request : ec2.resources("spot-request")) {
    if (request.at("state") == "cancelled" || request.at("state") == "closed") continue;
    ++requests;
    EXPECT_EQ(request.at("instanceId"), body.at("instanceId"));
  }
  EXPECT_EQ(requests, body.contains("spotInstanceRequestId") ? 1 : 0);
}

TEST(SwapScenario, ASpotBodyBootsFromTheRoot) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(swapping_machine())) << ec2.story();
  expect_swapped(ec2);
  EXPECT_EQ(ec2.changes(), (std::vector<std::string>{
                               "CreateTags", "RunInstances", "StopInstances", "CreateTags",
                               "DetachVolume", "AttachVolume", "StartInstances", "CreateTags",
                               "CreateTags", "AssociateAddress", "DeleteVolume", "CreateTags"}));
}

TEST(SwapScenario, AnOnDemandBodyToo) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(swapping_machine(Market::on_demand))) << ec2.story();
  expect_swapped(ec2);
}

TEST(SwapScenario, ComesBackAfterAReclaimWithANoticeAndOneWithout) {
  const Machine machine = swapping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  for (const char* how : {"notice", "reclaim"}) {
    SCOPED_TRACE(how);
    const std::string former = ec2.holder(kVolume);
    ec2.control(how, {{"instance_id", former}});
    watch_until_back(ec2, machine, former);
    ec2.pass(5min);
    expect_swapped(ec2);
  }
}

TEST(SwapScenario, OneThatEc2StartsAgainBeforeWeLookIsKept) {
  const Machine machine = swapping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string former = ec2.holder(kVolume);
  ec2.control("reclaim", {{"instance_id", former}});
  ec2.pass(1min);
  ec2.set_capacity("t3.small", "spot", 5);
  ec2.pass(2min);
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) { return is_up(watch, machine); }));
  EXPECT_EQ(ec2.holder(kVolume), former);
  expect_swapped(ec2);
}

TEST(SwapScenario, AStopByHandIsUndoneOnTheSameBody) {
  const Machine machine = swapping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string body = ec2.holder(kVolume);
  ASSERT_EQ(ec2.person("StopInstances", {{"InstanceId.1", body}}), 200);
  ec2.pass(2min);
  EXPECT_FALSE(ec2.guests().ssh_answers(kAddress));
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && alone_in_service(ec2);
  })) << ec2.story();
  EXPECT_EQ(ec2.holder(kVolume), body);
  expect_swapped(ec2);
}

TEST(SwapScenario, WhatARequestLaunchesAfterATerminationByHandIsCollected) {
  const Machine machine = swapping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string former = ec2.holder(kVolume);
  ASSERT_EQ(ec2.person("TerminateInstances", {{"InstanceId.1", former}}), 200);
  ec2.pass(30s);
  ASSERT_EQ(ec2.living().size(), 1U) << "its request has launched another one";
  EXPECT_TRUE(ec2.living().front().at("tagSet").empty());
  watch_until_back(ec2, machine, former);
  ec2.pass(5min);
  expect_swapped(ec2);
}

TEST(SwapScenario, AStartWithoutCapacityGoesToTheNextPool) {
  LocalEc2 ec2;
  ec2.before_call = [&](const sim::ParamMap& parameters) {
    if (parameters.at("Action") == "StartInstances") ec2.set_capacity("t3.small", "spot", 0);
  };
  ASSERT_TRUE(ec2.drive(swapping_machine())) << ec2.story();
  EXPECT_EQ(ec2.living().front().at("instanceType"), "t3.medium");
  expect_swapped(ec2);
}

TEST(SwapScenario, APauseLeavesNothingBehind) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(swapping_machine()));
  ASSERT_TRUE(ec2.drive(swapping_machine(), Goal::paused)) << ec2.story();
  ec2.pass(10min);
  EXPECT_TRUE(ec2.living().empty());
  EXPECT_EQ(ec2.resources("volume").size(), 1U);
}

// Pivot cannot enter such a root, and EC2 does not replace one without encryption where the image's
// disk has it.
TEST(SwapScenario, AutoTakesItWhereNoOtherEngineCan) {
  LocalEc2 ec2;
  ec2.guests().habits.failing_stage = "check";
  ec2.guests().habits.failing_reason = "lvm";
  ec2.control("fault", {{"kind", "refuse"},
                        {"action", "CreateReplaceRootVolumeTask"},
                        {"count", 0},
                        {"code", "InvalidParameterCombination"}});
  ASSERT_TRUE(ec2.drive(web_machine())) << ec2.story();
  ec2.pass(5min);
  expect_swapped(ec2);

  // The next controller need not find out again.
  const std::string former = ec2.holder(kVolume);
  const std::size_t bodies = ec2.resources("instance").size();
  ec2.control("notice", {{"instance_id", former}});
  watch_until_back(ec2, web_machine(), former);
  EXPECT_EQ(ec2.resources("instance").size(), bodies + 1) << ec2.story();
}

}  // namespace
}  // namespace ec2spotter::scenario
