// Two controllers move one machine: one is overtaken by the other at each of its calls.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "model/tags.hpp"
#include "moving.hpp"
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

// The machine has lost its instance, and its zone has no other one to give.
std::unique_ptr<LocalEc2> world_without_capacity() {
  auto ec2 = std::make_unique<LocalEc2>();
  ec2->guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
  EXPECT_TRUE(ec2->drive(moving_machine()));
  empty_own_zone(*ec2);
  ec2->control("reclaim", {{"instance_id", ec2->holder(kVolume)}});
  ec2->pass(2s);
  return ec2;
}

// A controller with this file works until the machine is up in another zone.
bool run(LocalEc2& ec2, const Machine& machine) {
  return ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && root_of(ec2).at("availabilityZone") != "us-east-1a" &&
           alone_in_service(ec2);
  });
}

// The other one works when the first is about to send its call number `overtaken_at`, until its
// move is at an end, or for `time`.
int run_both(LocalEc2& ec2, int overtaken_at, std::optional<Duration> time) {
  int calls = 0;
  ec2.before_call = [&](const sim::ParamMap&) {
    if (calls++ != overtaken_at) return;
    const auto hook = std::exchange(ec2.before_call, {});
    if (time) {
      look_after(ec2, rival_machine(), *time);
    } else {
      EXPECT_TRUE(run(ec2, rival_machine())) << ec2.story();
    }
    ec2.before_call = hook;
  };
  EXPECT_TRUE(run(ec2, moving_machine())) << ec2.story();
  ec2.before_call = {};
  return calls;
}

void expect_one_root(LocalEc2& ec2) {
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  std::size_t current = 0;
  for (const sim::Json& volume : ec2.resources("volume")) {
    const bool is_root = sim::tag_value(volume, tag::kRole) == tag::kRoleRoot;
    if (is_root && sim::generation_of(volume) == sim::generation_of(root_of(ec2))) ++current;
  }
  EXPECT_EQ(current, 1U);
  look_after(ec2, moving_machine(), 15min);
  expect_no_leftovers(ec2);
}

void overtake_at_every_call(std::optional<Duration> time) {
  const int calls = run_both(*world_without_capacity(), kNever, time);
  ASSERT_GT(calls, 100);
  for (int at = 0; at < calls; ++at) {
    SCOPED_TRACE("overtaken at call " + std::to_string(at));
    const auto ec2 = world_without_capacity();
    run_both(*ec2, at, time);
    expect_one_root(*ec2);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(RivalsScenario, OneHasMovedTheMachineMeanwhile) { overtake_at_every_call(std::nullopt); }

TEST(RivalsScenario, OneHasBegunToMoveTheMachineMeanwhile) {
  for (const Duration time : {1s, 12s, 30s, 50s}) overtake_at_every_call(time);
}

}  // namespace
}  // namespace ec2spotter::scenario
