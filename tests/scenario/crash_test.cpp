// The controller is killed at each of its calls, and another one is started with no memory.
#include <gtest/gtest.h>

#include "local_ec2.hpp"

namespace ec2spotter::scenario {
namespace {

using Effect = CrashPoint::Effect;
using Scene = std::function<void(LocalEc2&)>;

struct Story {
  const char* name;
  Scene before;  // what has happened when the controller starts
  Goal goal;
};

std::string describe(const Story& story, const CrashPoint& crash) {
  return std::string(story.name) + ", killed at call " + std::to_string(crash.call) +
         (crash.effect == Effect::done ? " after its effect" : " before it is sent");
}

void expect_goal(LocalEc2& ec2, Goal goal) {
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.living().size(), goal == Goal::up ? 1U : 0U);
  if (goal == Goal::up) {
    EXPECT_TRUE(ec2.guests().ssh_answers(kAddress));
  }
  // Nothing leaked: the volumes are the root and those of the bodies that live.
  EXPECT_EQ(ec2.resources("volume").size(), goal == Goal::up ? 2U : 1U);
}

int calls_of(const Story& story) {
  LocalEc2 ec2;
  story.before(ec2);
  const auto done = ec2.drive(web_machine(), story.goal);
  EXPECT_TRUE(done) << story.name << ": " << done.error().describe();
  return ec2.calls_of_last_drive();
}

void kill_and_run_again(const Story& story, const CrashPoint& crash) {
  SCOPED_TRACE(describe(story, crash));
  LocalEc2 ec2;
  story.before(ec2);
  const auto killed = ec2.drive(web_machine(), story.goal, crash);
  ASSERT_FALSE(killed);

  const auto done = ec2.drive(web_machine(), story.goal);
  ASSERT_TRUE(done) << done.error().describe();
  ec2.pass(std::chrono::minutes(5));
  expect_goal(ec2, story.goal);
}

TEST(CrashScenario, EndsWithOneBodyWhereverItWasKilled) {
  // A quick guest: the fewer turns a story has, the fewer of its crash points are alike.
  const Scene nothing = [](LocalEc2& ec2) {
    ec2.guests().habits = {.to_preboot = std::chrono::seconds(2),
                           .to_root = std::chrono::seconds(3),
                           .failing_stage = {}};
  };
  const Scene up = [&](LocalEc2& ec2) {
    nothing(ec2);
    ASSERT_TRUE(ec2.drive(web_machine()));
  };
  const Scene reclaimed = [&](LocalEc2& ec2) {
    up(ec2);
    ec2.control("reclaim",
                {{"instance_id", ec2.holder(kVolume)}, {"notice", true}, {"seconds", 30}});
  };
  const Scene paused = [&](LocalEc2& ec2) {
    up(ec2);
    ASSERT_TRUE(ec2.drive(web_machine(), Goal::paused));
  };
  int points = 0;
  for (const Story& story :
       {Story{"launch", nothing, Goal::up}, Story{"notice", reclaimed, Goal::up},
        Story{"pause", up, Goal::paused}, Story{"resume", paused, Goal::up}}) {
    const int calls = calls_of(story);
    ASSERT_GT(calls, 5);
    for (int call = 0; call < calls; ++call) {
      for (const Effect effect : {Effect::none, Effect::done}) {
        kill_and_run_again(story, {.call = call, .effect = effect});
        ++points;
      }
    }
  }
  std::cout << points << " crash points\n";
}

}  // namespace
}  // namespace ec2spotter::scenario
