// Restores of a root from a backup and from a former root, and orders that are stopped.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/tags.hpp"
#include "moving.hpp"
#include "restoring.hpp"
#include "sim/core/resources/root_volumes.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

bool is_there(LocalEc2& ec2, const std::string& id, const char* kind = "volume") {
  const auto all = ec2.resources(kind);
  return std::any_of(all.begin(), all.end(), [&](const sim::Json& each) {
    return each.at(std::string(kind) + "Id") == id;
  });
}

// The machine serves from this root, under the same address and host key, and has lost nothing.
void expect_up_on(LocalEc2& ec2, const std::string& root) {
  EXPECT_EQ(root_of(ec2).at("volumeId"), root);
  EXPECT_TRUE(ec2.serves(root));
  EXPECT_EQ(ec2.guests().host_key(kAddress), kVolume);
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.living().size(), 1U);
}

TEST(RestoreScenario, ABackupBecomesTheRootAndThePresentOneIsKept) {
  const Machine machine = machine_with_backups();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string backup = await_backup(ec2, machine);
  restore_from(ec2, SnapshotId(backup));
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  const std::string root = root_of(ec2).at("volumeId");
  EXPECT_EQ(root_of(ec2).at("snapshotId"), backup);
  expect_up_on(ec2, root);
  // The file would have it collected at once.
  look_after(ec2, machine, 23h);
  EXPECT_TRUE(is_there(ec2, kVolume));
  EXPECT_TRUE(is_there(ec2, root));
  EXPECT_FALSE(has_leftovers(ec2));
  EXPECT_FALSE(is_there(ec2, backup, "snapshot")) << "newer backups have taken its place";
  look_after(ec2, machine, 2h);
  EXPECT_FALSE(is_there(ec2, kVolume));
  expect_up_on(ec2, root);
}

TEST(RestoreScenario, AFormerRootBecomesTheRootAgain) {
  const Machine machine = machine_with_backups();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  restore_from(ec2, SnapshotId(await_backup(ec2, machine)));
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  const std::string second = root_of(ec2).at("volumeId");
  look_after(ec2, machine, 30min);
  back_to(ec2, kVolume);
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  look_after(ec2, machine, 15min);
  expect_up_on(ec2, kVolume);
  EXPECT_EQ(sim::generation_of(root_of(ec2)), 3);
  EXPECT_TRUE(is_there(ec2, second));
  EXPECT_FALSE(has_leftovers(ec2));
}

TEST(RestoreScenario, APausedMachineIsRestoredWithoutAnInstance) {
  const Machine machine = machine_with_backups();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string backup = await_backup(ec2, machine);
  ASSERT_TRUE(ec2.drive(machine, Goal::paused));
  restore_from(ec2, SnapshotId(backup));
  ASSERT_TRUE(move(ec2, machine, Goal::paused)) << ec2.story();
  EXPECT_EQ(root_of(ec2).at("snapshotId"), backup);
  EXPECT_EQ(ec2.living().size(), 0U);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  expect_up_on(ec2, root_of(ec2).at("volumeId"));
}

TEST(RestoreScenario, EveryEngineGetsThere) {
  for (Machine machine : {replacing_machine(), swapping_machine()}) {
    SCOPED_TRACE(to_string(machine.engine));
    machine.snapshot_every = 1h;
    LocalEc2 ec2;
    ASSERT_TRUE(ec2.drive(machine));
    const std::string backup = await_backup(ec2, machine);
    restore_from(ec2, SnapshotId(backup));
    ASSERT_TRUE(move(ec2, machine)) << ec2.story();
    EXPECT_EQ(root_of(ec2).at("snapshotId"), backup);
    expect_up_on(ec2, root_of(ec2).at("volumeId"));
  }
}

// The next instance cannot be launched before the last one has ended.
TEST(RestoreScenario, AMachineThatKeepsItsAddressIsRestoredOnTheSameInterface) {
  Machine machine = machine_with_backups();
  machine.keeps_private_ip = true;
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string backup = await_backup(ec2, machine);
  ASSERT_EQ(kept_interfaces(ec2).size(), 1U);
  const std::string kept = kept_interfaces(ec2)[0].at("networkInterfaceId");
  restore_from(ec2, SnapshotId(backup));
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  look_after(ec2, machine, 15min);
  expect_up_on(ec2, root_of(ec2).at("volumeId"));
  EXPECT_EQ(root_of(ec2).at("snapshotId"), backup);
  back_to(ec2, kVolume);
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  look_after(ec2, machine, 15min);
  expect_up_on(ec2, kVolume);
  ASSERT_EQ(kept_interfaces(ec2).size(), 1U);
  EXPECT_EQ(kept_interfaces(ec2)[0].at("networkInterfaceId"), kept);
}

TEST(RestoreScenario, DataVolumesStayWithAMachineThatIsRestored) {
  Machine machine = data_machine(Engine::kexec);
  machine.snapshot_every = 1h;
  LocalEc2 ec2(world_of({machine}), 1);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  restore_from(ec2, SnapshotId(await_backup(ec2, machine)));
  ASSERT_TRUE(move(ec2, machine)) << ec2.story();
  const std::string root = root_of(ec2).at("volumeId");
  EXPECT_NE(root, kVolume);
  expect_up_on(ec2, root);
  for (const DataVolume& each : machine.data_volumes) {
    EXPECT_EQ(ec2.holder(data_id(machine, each.volume).str()), ec2.holder(root));
  }
}

// The zone that the move goes to has no instance to give: it would wait for ever.
TEST(RestoreScenario, AMoveIsStoppedAndTheMachineGoesOnWorking) {
  const Machine machine = moving_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string holder = ec2.holder(kVolume);
  for (const char* type : {"t3.small", "t3.medium"}) ec2.set_capacity(type, "", 0, kOtherZone);
  order(ec2, machine, kOtherZone);
  look_after(ec2, machine, 5min);
  ASSERT_TRUE(cancel(ec2, machine));
  look_after(ec2, machine, 30min);
  expect_up_on(ec2, kVolume);
  EXPECT_EQ(ec2.holder(kVolume), holder);
  expect_no_leftovers(ec2);
}

// Either the move or its end wins, whenever a person stops it.
TEST(RestoreScenario, AMoveIsStoppedAtEachOfItsCalls) {
  const Machine machine = moving_machine();
  int stopped = 0, late = 0;
  const auto run = [&](int at) {
    LocalEc2 ec2;
    ec2.guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
    EXPECT_TRUE(ec2.drive(machine));
    order(ec2, machine, kOtherZone);
    int calls = 0;
    bool busy = false, cancelled = false;
    ec2.before_call = [&](const sim::ParamMap&) {
      if (busy || calls++ != at) return;
      busy = true;
      cancelled = cancel(ec2, machine);
      busy = false;
    };
    const auto settled = [&](const Watch& watch) {
      const sim::Json root = root_of(ec2);
      return is_up(watch, machine) && alone_in_service(ec2) && sim::generation_of(root) == 2;
    };
    EXPECT_TRUE(ec2.watch({machine}, settled)) << "stopped at " << at << ec2.story();
    ec2.before_call = {};
    const bool stayed = root_of(ec2).at("volumeId") == kVolume;
    EXPECT_EQ(stayed, cancelled) << "stopped at " << at;
    look_after(ec2, machine, 15min);
    expect_up_on(ec2, root_of(ec2).at("volumeId"));
    expect_no_leftovers(ec2);
    ++(stayed ? stopped : late);
    return calls;
  };
  const int calls = run(-1);
  late = 0;
  for (int at = 0; at < calls && !testing::Test::HasFailure(); at += 2) run(at);
  EXPECT_GT(stopped, 20);
  EXPECT_GT(late, 5);
}

TEST(RestoreScenario, AMachineWhoseRootIsGoneComesBackFromABackup) {
  const Machine machine = machine_with_backups();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string backup = await_backup(ec2, machine);
  ASSERT_TRUE(ec2.drive(machine, Goal::paused));
  ec2.guests().allow_restore(backup, kVolume);
  ASSERT_EQ(ec2.person("DeleteVolume", {{"VolumeId", kVolume}}), 200);
  ec2.pass(1min);
  const step::RestoreLostRoot restore{
      .order = {.generation = 2, .zone = "us-east-1a", .from = SnapshotId(backup)}};
  ASSERT_TRUE(carry_out(ec2, machine, restore));
  ASSERT_TRUE(ec2.drive(machine, Goal::up, std::nullopt, 2)) << ec2.story();
  EXPECT_EQ(root_of(ec2).at("snapshotId"), backup);
  expect_up_on(ec2, root_of(ec2).at("volumeId"));
  look_after(ec2, machine, 15min);
  expect_up_on(ec2, root_of(ec2).at("volumeId"));
  EXPECT_FALSE(has_leftovers(ec2));
}

// The command fails, and the machine does not wait for what cannot come.
TEST(RestoreScenario, ASnapshotThatIsGoneIsGivenUp) {
  const Machine machine = machine_with_backups();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  restore_from(ec2, SnapshotId("snap-0dddddddddddddddd"));
  EXPECT_FALSE(move(ec2, machine));
  EXPECT_EQ(sim::generation_of(root_of(ec2)), 2) << "the order is void";
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, "us-east-1a"))) << ec2.story();
  look_after(ec2, machine, 15min);
  expect_up_on(ec2, kVolume);
  EXPECT_FALSE(has_leftovers(ec2));
}

TEST(RestoreScenario, AMachineWithARootGetsNoSecondOne) {
  const Machine machine = machine_with_backups();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string backup = await_backup(ec2, machine);
  EXPECT_FALSE(
      carry_out(ec2, machine,
                step::RestoreLostRoot{
                    .order = {.generation = 2, .zone = "us-east-1a", .from = SnapshotId(backup)}}));
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ec2spotter::scenario
