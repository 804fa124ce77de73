// Two controllers move one machine: one is overtaken by the other at each of its calls.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>

#include "model/tags.hpp"
#include "restoring.hpp"
#include "sim/core/resources/root_volumes.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

constexpr int kNever = -1;
constexpr const char* kThirdZone = "us-east-1c";

// The same machine, as a file says that would bring it to another zone.
Machine rival_machine() {
  Machine machine = moving_machine();
  machine.zones = {"us-east-1a", kThirdZone};
  return machine;
}

// The machine has lost its instance.
std::unique_ptr<LocalEc2> world_after_a_loss(const Machine& machine) {
  auto ec2 = machine.data_volumes.empty() ? std::make_unique<LocalEc2>()
                                          : std::make_unique<LocalEc2>(world_of({machine}), 1);
  need_data(*ec2, machine);
  ec2->guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
  EXPECT_TRUE(ec2->drive(machine)) << ec2->story();
  ec2->control("reclaim", {{"instance_id", ec2->holder(kVolume)}});
  ec2->pass(2s);
  return ec2;
}

// Likewise, and its zone has no other one to give.
std::unique_ptr<LocalEc2> world_without_capacity() {
  auto ec2 = world_after_a_loss(moving_machine());
  empty_own_zone(*ec2);
  return ec2;
}

// What both are at work on, and what each of them is told by its file.
struct Contest {
  std::function<std::unique_ptr<LocalEc2>()> world;
  Machine machine, rival;
  bool moves = true;
};

// A controller with this file works until the machine is up, on another root if it moves.
bool run(LocalEc2& ec2, const Machine& machine, bool moves = true) {
  return ec2.watch({machine}, [&](const Watch& watch) {
    const bool there = !moves || sim::text(root_of(ec2), "volumeId") != kVolume;
    return is_up(watch, machine) && there && alone_in_service(ec2);
  });
}

// The other one works when the first is about to send its call number `overtaken_at`, until its
// move is at an end, or for `time`.
int run_both(LocalEc2& ec2, const Contest& contest, int overtaken_at,
             std::optional<Duration> time) {
  int calls = 0;
  bool others_turn = false;
  ec2.before_call = [&](const sim::ParamMap&) {
    if (others_turn || calls++ != overtaken_at) return;
    others_turn = true;
    if (time) {
      look_after(ec2, contest.rival, *time);
    } else {
      EXPECT_TRUE(run(ec2, contest.rival, contest.moves)) << ec2.story();
    }
    others_turn = false;
  };
  EXPECT_TRUE(run(ec2, contest.machine, contest.moves)) << ec2.story();
  ec2.before_call = {};
  return calls;
}

void expect_one_root(LocalEc2& ec2, const Machine& machine) {
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  std::size_t current = 0;
  for (const sim::Json& volume : ec2.resources("volume")) {
    const bool is_root = sim::tag_value(volume, tag::kRole) == tag::kRoleRoot;
    if (is_root && sim::generation_of(volume) == sim::generation_of(root_of(ec2))) ++current;
  }
  EXPECT_EQ(current, 1U);
  look_after(ec2, machine, 15min);
  EXPECT_FALSE(has_leftovers(ec2));
}

void overtake_at_every_call(const Contest& contest, std::optional<Duration> time) {
  const int calls = run_both(*contest.world(), contest, kNever, time);
  ASSERT_GT(calls, 50);
  for (int at = 0; at < calls; ++at) {
    SCOPED_TRACE("overtaken at call " + std::to_string(at));
    const auto ec2 = contest.world();
    run_both(*ec2, contest, at, time);
    expect_one_root(*ec2, contest.machine);
    if (testing::Test::HasFailure()) return;
  }
}

// Their files name different zones.
Contest move_of(const Machine& machine) {
  Machine rival = machine;
  rival.zones = {"us-east-1a", kThirdZone};
  return {.world =
              [machine] {
                auto ec2 = world_after_a_loss(machine);
                empty_own_zone(*ec2);
                return ec2;
              },
          .machine = machine,
          .rival = rival};
}

TEST(RivalsScenario, OneHasMovedTheMachineMeanwhile) {
  overtake_at_every_call(move_of(moving_machine()), std::nullopt);
}

TEST(RivalsScenario, OneHasBegunToMoveTheMachineMeanwhile) {
  for (const Duration time : {1s, 12s, 30s, 50s})
    overtake_at_every_call(move_of(moving_machine()), time);
}

// Both have the same file.
Contest recovery(const Machine& machine) {
  return {.world = [machine] { return world_after_a_loss(machine); },
          .machine = machine,
          .rival = machine,
          .moves = false};
}

// With one data volume: further ones have no other calls.
Machine with_data(Machine machine) {
  machine.volume = data_machine().volume;
  machine.data_volumes = {data_machine().data_volumes.front()};
  return machine;
}

Machine with_interface(Machine machine) {
  machine.keeps_private_ip = true;
  return machine;
}

TEST(RivalsScenario, OneBringsTheMachineWithDataBackMeanwhile) {
  overtake_at_every_call(recovery(with_data(web_machine())), std::nullopt);
  overtake_at_every_call(recovery(with_data(web_machine())), 6s);
}

TEST(RivalsScenario, OneBringsTheMachineThatKeepsItsInterfaceBackMeanwhile) {
  overtake_at_every_call(recovery(with_interface(web_machine())), std::nullopt);
  overtake_at_every_call(recovery(with_interface(web_machine())), 6s);
}

TEST(RivalsScenario, OneHasMovedTheMachineWithDataMeanwhile) {
  overtake_at_every_call(move_of(with_data(moving_machine())), std::nullopt);
}

TEST(RivalsScenario, OneHasBegunToMoveTheMachineWithDataMeanwhile) {
  overtake_at_every_call(move_of(with_data(moving_machine())), 30s);
}

TEST(RivalsScenario, OneHasMovedTheMachineThatKeepsItsInterfaceMeanwhile) {
  overtake_at_every_call(move_of(with_interface(moving_machine())), std::nullopt);
}

TEST(RivalsScenario, OneHasBegunToMoveTheMachineThatKeepsItsInterfaceMeanwhile) {
  overtake_at_every_call(move_of(with_interface(moving_machine())), 30s);
}

std::unique_ptr<LocalEc2> world_under_a_restore() {
  auto ec2 = std::make_unique<LocalEc2>();
  ec2->guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
  EXPECT_TRUE(ec2->drive(machine_with_backups()));
  const std::string backup = await_backup(*ec2, machine_with_backups());
  restore_from(*ec2, SnapshotId(backup));
  return ec2;
}

TEST(RivalsScenario, OneRestoresTheMachineMeanwhile) {
  Machine machine = machine_with_backups();
  machine.snapshot_every.reset();
  const Contest contest{.world = world_under_a_restore, .machine = machine, .rival = machine};
  for (const std::optional<Duration> time : {std::optional<Duration>(), {3s}, {20s}}) {
    overtake_at_every_call(contest, time);
  }
}

bool commits(const sim::ParamMap& call, const std::string& role) {
  bool is_role = false, tags = false;
  for (const auto& [key, value] : call) {
    tags = tags || (key == "Action" && value == "CreateTags");
    is_role = is_role || (key.ends_with(".Value") && value == role);
  }
  return tags && is_role;
}

// Without the claim on the volume each of the two would make its own one the root.
TEST(RivalsScenario, TwoVolumesWereMadeAndOneBecomesTheRoot) {
  const auto ec2 = world_without_capacity();
  bool overtaken = false;
  ec2->before_call = [&](const sim::ParamMap& call) {
    if (overtaken || !commits(call, std::string(tag::kRoleRoot))) return;
    overtaken = true;
    make_another(*ec2, call.at("ResourceId.1"));
    EXPECT_TRUE(ec2->watch({rival_machine()}, [&](const Watch&) {
      return sim::text(root_of(*ec2), "availabilityZone") != "us-east-1a";
    })) << ec2->story();
  };
  EXPECT_TRUE(run(*ec2, moving_machine())) << ec2->story();
  ec2->before_call = {};
  EXPECT_TRUE(overtaken);
  expect_one_root(*ec2, moving_machine());
}

}  // namespace
}  // namespace ec2spotter::scenario
