// Moves of a root to another zone, in virtual time.
#include "model/move.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/tags.hpp"
#include "moving.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

TEST(MoveScenario, AMachineWhoseZoneRunsDryComesBackInAnotherOne) {
  const Machine machine = moving_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  ec2.pass(1min);
  empty_own_zone(ec2);
  ec2.control("notice", {{"instance_id", ec2.holder(kVolume)}});
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone))) << ec2.story();
  look_after(ec2, machine, 15min);
  expect_moved(ec2, kOtherZone);
}

TEST(MoveScenario, NothingMovesWhileItsZoneHasCapacity) {
  const Machine machine = moving_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string former = ec2.holder(kVolume);
  ec2.control("notice", {{"instance_id", former}});
  watch_until_back(ec2, machine, former);
  EXPECT_EQ(root_of(ec2).at("volumeId"), kVolume);
  expect_no_leftovers(ec2);
}

TEST(MoveScenario, ItWaitsForAsLongAsTheFileSays) {
  Machine machine = moving_machine();
  machine.move_after = 10min;
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  empty_own_zone(ec2);
  ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, 9min);
  EXPECT_EQ(root_of(ec2).at("availabilityZone"), "us-east-1a");
  EXPECT_EQ(sim::tag_value(root_of(ec2), tag::kMove), "");
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone))) << ec2.story();
  look_after(ec2, machine, 15min);
  expect_moved(ec2, kOtherZone);
}

TEST(MoveScenario, NeverMeansNever) {
  Machine machine = moving_machine();
  machine.move_after.reset();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  empty_own_zone(ec2);
  ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, 1h);
  EXPECT_EQ(root_of(ec2).at("volumeId"), kVolume);
}

TEST(MoveScenario, EveryEngineGetsThere) {
  for (Machine machine : {replacing_machine(), swapping_machine()}) {
    SCOPED_TRACE(to_string(machine.engine));
    machine.zone.clear();
    machine.zones = {"us-east-1a", std::string(kOtherZone)};
    machine.move_after = 0s;
    LocalEc2 ec2;
    ASSERT_TRUE(ec2.drive(machine));
    empty_own_zone(ec2);
    ec2.control("notice", {{"instance_id", ec2.holder(kVolume)}});
    ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone))) << ec2.story();
    look_after(ec2, machine, 15min);
    expect_moved(ec2, kOtherZone);
  }
}

TEST(MoveScenario, ByHandAWorkingInstanceGoesOnUntilTheNextOneWaits) {
  const Machine machine = moving_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string former = ec2.holder(kVolume);
  order(ec2, machine, kOtherZone);
  bool overlapped = false;
  ec2.before_call = [&](const sim::ParamMap& call) {
    const auto action = call.find("Action");
    if (action == call.end() || action->second != "TerminateInstances") return;
    overlapped = ec2.living().size() == 2;
  };
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  ec2.before_call = {};
  EXPECT_TRUE(overlapped);
  EXPECT_NE(ec2.living().front().at("instanceId"), former);
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone)));
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, 15min);
  expect_moved(ec2, kOtherZone);
}

TEST(MoveScenario, APausedMachineMovesWithoutAnInstance) {
  const Machine machine = moving_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  ASSERT_TRUE(ec2.drive(machine, Goal::paused));
  order(ec2, machine, kOtherZone);
  const std::size_t launched = ec2.resources("instance").size();
  ASSERT_TRUE(move(ec2, machine, Goal::paused)) << ec2.story();
  EXPECT_EQ(ec2.resources("instance").size(), launched);
  EXPECT_EQ(root_of(ec2).at("availabilityZone"), kOtherZone);
  EXPECT_EQ(sim::tag_value(root_of(ec2), tag::kGoal), "paused");
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, 15min);
  expect_moved(ec2, kOtherZone);
}

TEST(MoveScenario, AFormerRootIsKeptForItsTimeAndThenCollected) {
  Machine machine = moving_machine();
  machine.keep_retired = 2h;
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  order(ec2, machine, kOtherZone);
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  const auto former_is_there = [&] {
    const auto volumes = ec2.resources("volume");
    return std::any_of(volumes.begin(), volumes.end(),
                       [](const sim::Json& each) { return each.at("volumeId") == kVolume; });
  };
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, 110min);
  EXPECT_TRUE(former_is_there());
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, 20min);
  EXPECT_FALSE(former_is_there());
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ec2spotter::scenario
