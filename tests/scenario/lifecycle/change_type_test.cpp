// A machine changes its instance type, in virtual time.
#include <gtest/gtest.h>

#include "control/loop/drive.hpp"
#include "local_ec2.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;
using Effect = CrashPoint::Effect;

constexpr const char* kWished = "m5.large";

struct Up {
  Up() {
    EXPECT_TRUE(ec2.drive(machine)) << ec2.story();
    changed.types = {kWished};
  }

  Result<Look> change(std::optional<CrashPoint> crash = std::nullopt) {
    Process process(ec2, crash);
    auto done = drive(changed, process.controls(), {.goal = Goal::up, .changes_type = true});
    calls = process.calls();
    return done;
  }

  std::string type() {
    const sim::Json* instance = ec2.instance(ec2.holder(kVolume));
    return instance == nullptr ? "" : sim::text(*instance, "instanceType");
  }

  void expect_changed() {
    EXPECT_EQ(type(), kWished);
    EXPECT_EQ(ec2.living().size(), 1U);
    EXPECT_TRUE(ec2.serves(kVolume));
    EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }

  LocalEc2 ec2;
  Machine machine = web_machine();
  Machine changed = machine;
  std::vector<bool> calls;  // of the last change: could it change something?
};

// Rule S8: the next instance has been launched when the working one ends.
TEST(ChangeTypeScenario, TheNextInstanceWaitsBeforeTheWorkingOneEnds) {
  Up world;
  ASSERT_NE(world.type(), kWished);
  const std::string former = world.ec2.holder(kVolume);
  bool waited = false;
  world.ec2.before_call = [&](const sim::ParamMap& call) {
    if (call.at("Action") != "TerminateInstances") return;
    waited = world.ec2.living().size() == 2 && call.at("InstanceId.1") == former;
  };
  const auto done = world.change();
  ASSERT_TRUE(done) << done.error().message << world.ec2.story();
  EXPECT_TRUE(waited);
  world.expect_changed();
}

TEST(ChangeTypeScenario, WithoutCapacityTheWorkingInstanceStays) {
  Up world;
  const std::string former = world.ec2.holder(kVolume);
  world.ec2.set_capacity(kWished, "", 0);
  const auto done = world.change();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(world.ec2.holder(kVolume), former);
  EXPECT_TRUE(world.ec2.serves(kVolume));
}

TEST(ChangeTypeScenario, OneThatFitsIsLeftAlone) {
  Up world;
  ASSERT_TRUE(world.change());
  const auto before = world.ec2.changes();
  ASSERT_TRUE(world.change());
  EXPECT_EQ(world.ec2.changes(), before);
}

// The file has changed by then, so that the watch goes by it.
TEST(ChangeTypeScenario, KilledAtEachCallAWatchOrTheNextRunGoesOn) {
  Up whole;
  ASSERT_TRUE(whole.change());
  for (int call = 0; call < std::ssize(whole.calls); ++call) {
    if (!whole.calls[static_cast<std::size_t>(call)]) continue;  // as if it died at the next one
    for (const Effect effect : {Effect::none, Effect::done}) {
      SCOPED_TRACE("call " + std::to_string(call) +
                   (effect == Effect::done ? ", done" : ", not sent"));
      Up world;
      EXPECT_FALSE(world.change(CrashPoint{call, effect}));
      int turns = 0;
      world.ec2.watch({world.changed}, [&](const Watch& watch) {
        return ++turns > 5 && is_up(watch, world.changed);
      });
      const auto again = world.change();
      ASSERT_TRUE(again) << again.error().message << world.ec2.story();
      world.expect_changed();
    }
  }
}

}  // namespace
}  // namespace ec2spotter::scenario
