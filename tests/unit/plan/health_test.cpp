// What is called wrong with a machine that came up, and what is done about it.
#include <gtest/gtest.h>

#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

class HealthTest : public testing::Test {
 protected:
  HealthTest() { seen.reachable[kFirst] = true; }

  Decision decide(OnUnhealthy policy = OnUnhealthy::report) {
    Machine machine = a_machine();
    machine.on_unhealthy = policy;
    return plan(machine, {.goal = Goal::up, .by_watch = true}, seen, memory, kNow);
  }
  void impair(TimePoint since) {
    seen.checks[kFirst] = {.instance = kFirst, .system = "impaired", .impaired_since = since};
  }
  // A body that has got the root a minute after its launch, and has not come up.
  void boots_since(TimePoint launched) {
    seen.bodies[0].tags.erase(std::string(tag::kRoot));
    seen.bodies[0].launch_time = launched;
    seen.volumes[0].attachments[0].since = launched + 1min;
    seen.reachable.clear();
  }
  void say(BootReport report, TimePoint since, std::string trouble = {}) {
    memory.consoles[kFirst] = {.report = std::move(report),
                               .trouble = std::move(trouble),
                               .read_at = kNow,
                               .changed_at = since};
    seen.boots[kFirst] = memory.consoles[kFirst].report;
  }

  Observation seen = running();
  Memory memory;
};

TEST_F(HealthTest, AFailingStatusCheckIsSaidWithItsTime) {
  impair(kNow - 7min);
  const Decision decision = decide();
  EXPECT_EQ(decision.reason, Reason::unhealthy);
  EXPECT_TRUE(decision.steps.empty());
  EXPECT_NE(decision.detail.find("system status check"), std::string::npos) << decision.detail;
  EXPECT_NE(decision.detail.find("since 2026-11-24T11:53:00Z"), std::string::npos);
}

TEST_F(HealthTest, ARootThatLeftIsSaidAfterAWhile) {
  say({"enter", "fail", "did_not_come_up", ""}, kNow - kAilingFor + 1s);
  EXPECT_EQ(decide().reason, Reason::up);
  say({"enter", "fail", "did_not_come_up", ""}, kNow - kAilingFor);
  const Decision decision = decide();
  EXPECT_EQ(decision.reason, Reason::unhealthy);
  EXPECT_NE(decision.detail.find("preboot system"), std::string::npos) << decision.detail;
}

TEST_F(HealthTest, AFileSystemThatWasGivenUpIsSaid) {
  say({"root", "ok", "", ""}, kNow - kAilingFor, "EXT4-fs (nvme1n1p1): Remounting read-only");
  const Decision decision = decide();
  EXPECT_EQ(decision.reason, Reason::unhealthy);
  EXPECT_NE(decision.detail.find("EXT4-fs"), std::string::npos);
}

TEST_F(HealthTest, AServiceThatFellSilentIsSaidAfterAWhile) {
  seen.reachable[kFirst] = false;
  memory.probes[kFirst] = {.answered = true, .silent_since = kNow - kAilingFor + 1s};
  EXPECT_EQ(decide().reason, Reason::up);
  memory.probes[kFirst].silent_since = kNow - kAilingFor;
  EXPECT_EQ(decide().reason, Reason::unhealthy);
}

TEST_F(HealthTest, ARestartIsTriedOnceInAWhile) {
  impair(kNow - 4min);
  const Decision first = decide(OnUnhealthy::restart);
  ASSERT_EQ(first.reason, Reason::restarting);
  EXPECT_EQ(first.steps, std::vector<Step>{step::RebootBody{kFirst}});
  memory.restarted[kFirst] = kNow - kRestartAgainAfter + 1s;
  EXPECT_EQ(decide(OnUnhealthy::restart).reason, Reason::unhealthy);
  memory.restarted[kFirst] = kNow - kRestartAgainAfter;
  EXPECT_EQ(decide(OnUnhealthy::restart).reason, Reason::restarting);
}

// Rule S8: the successor comes first.
TEST_F(HealthTest, AReplacementIsLaunchedFirstAndNotAtOnce) {
  impair(kNow - kReplacedAfter + 1s);
  EXPECT_EQ(decide(OnUnhealthy::replace).reason, Reason::unhealthy);
  impair(kNow - kReplacedAfter);
  const Decision decision = decide(OnUnhealthy::replace);
  ASSERT_EQ(decision.steps.size(), 1U);
  const auto* launch = std::get_if<step::LaunchBody>(&decision.steps[0]);
  ASSERT_NE(launch, nullptr) << decision.detail;
  EXPECT_EQ(launch->takes_over, kFirst);
}

TEST_F(HealthTest, WithoutAPoolForItsSuccessorItIsStillCalledUnwell) {
  impair(kNow - 1h);
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, "us-east-1a", Market::spot}] = {.why = "no room",
                                                               .until = kNow + 1min};
  }
  const Decision decision = decide(OnUnhealthy::replace);
  EXPECT_EQ(decision.reason, Reason::unhealthy) << decision.detail;
  EXPECT_TRUE(decision.steps.empty());
}

TEST_F(HealthTest, NothingIsDoneForAnotherHostKeyAlone) {
  memory.probes[kFirst] = {.answered = true, .other_key_since = kNow - 1h};
  for (const auto policy : {OnUnhealthy::restart, OnUnhealthy::replace}) {
    const Decision decision = decide(policy);
    EXPECT_EQ(decision.reason, Reason::unhealthy);
    EXPECT_TRUE(decision.steps.empty());
  }
}

TEST_F(HealthTest, ASingleCommandDoesNothingAboutIt) {
  impair(kNow - 1h);
  Machine machine = a_machine();
  machine.on_unhealthy = OnUnhealthy::replace;
  const Decision decision = plan(machine, {.goal = Goal::up}, seen, memory, kNow);
  EXPECT_EQ(decision.reason, Reason::unhealthy);
  EXPECT_TRUE(decision.steps.empty());
}

// A check of the file system may take an hour: what is heard of it counts.
TEST_F(HealthTest, AStageThatIsAtWorkIsNotGivenUp) {
  boots_since(kNow - 50min);
  say({"check", "busy", "", "seconds=2900"}, kNow - 1min);
  EXPECT_EQ(decide().reason, Reason::booting);
  memory.consoles[kFirst].changed_at = kNow - kBootLimit - 1s;
  EXPECT_EQ(decide().reason, Reason::boot_timeout);
}

TEST_F(HealthTest, AConsoleThatCannotBeReadIsNoSilence) {
  boots_since(kNow - 50min);
  say({"check", "busy", "", "seconds=1800"}, kNow - 20min);
  EXPECT_EQ(decide().reason, Reason::boot_timeout);
  ConsoleNote& note = memory.consoles[kFirst];
  note.unread_since = kNow - 19min;
  EXPECT_EQ(decide().reason, Reason::booting);
  note.unread_since = kNow - 5min;
  EXPECT_EQ(decide().reason, Reason::boot_timeout) << "it could be read for long enough";
  note.changed_at = kNow - 80min;
  boots_since(kNow - 82min);
  note.unread_since = kNow - 79min;
  EXPECT_EQ(decide().reason, Reason::boot_timeout) << "no stage takes so long";
}

TEST_F(HealthTest, TheLimitIsTheUsers) {
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  seen.bodies[0].launch_time = kNow - 20min;
  Machine machine = a_machine();
  machine.boot_limit = 30min;
  EXPECT_EQ(plan(machine, {.by_watch = true}, seen, memory, kNow).reason, Reason::booting);
  machine.boot_limit = 15min;
  EXPECT_EQ(plan(machine, {.by_watch = true}, seen, memory, kNow).reason, Reason::boot_timeout);
}

}  // namespace
}  // namespace ec2spotter
