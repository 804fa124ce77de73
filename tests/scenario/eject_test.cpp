// A machine becomes an ordinary instance, in virtual time.
#include <gtest/gtest.h>

#include "control/ejecting/eject_machine.hpp"
#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;
using Effect = CrashPoint::Effect;

// A machine that is up, and whose boot program is about to be told that it is ejected.
struct Up {
  Up() { start(); }
  explicit Up(Machine with_data) : ec2(world_of({with_data}), 1), machine(std::move(with_data)) {
    need_data(ec2, machine);
    start();
  }

  void start() {
    ec2.guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
    EXPECT_TRUE(ec2.drive(machine)) << ec2.story();
    ec2.guests().habits.failing_stage = "enter";
    ec2.guests().habits.failing_reason = "ejected";
  }

  Result<InstanceId> eject(std::optional<CrashPoint> crash = std::nullopt) {
    Process process(ec2, crash);
    auto done = eject_machine(ejecting_machine(machine, Market::on_demand), VolumeId(kVolume),
                              process.controls(), 20min);
    calls = process.calls();
    return done;
  }

  LocalEc2 ec2;
  Machine machine = web_machine();
  std::vector<bool> calls;  // of the last eject: could it change something?
};

std::vector<std::string> tagged(LocalEc2& ec2, const std::string& kind) {
  std::vector<std::string> ids;
  for (const sim::Json& one : ec2.resources(kind)) {
    const bool ended = kind == "instance" && sim::state_name(one) == "terminated";
    if (!ended && !sim::tag_value(one, tag::kMachine).empty())
      ids.push_back(kind + " of " + sim::tag_value(one, tag::kMachine));
  }
  return ids;
}

void expect_ordinary(LocalEc2& ec2) {
  ASSERT_EQ(ec2.living().size(), 1U);
  const sim::Json instance = ec2.living().front();
  EXPECT_EQ(sim::text(instance, "instanceLifecycle"), "") << "it is from on-demand";
  EXPECT_EQ(sim::text(instance, "instanceId"), ec2.holder(kVolume));
  const sim::Json& disk = instance.at("blockDeviceMapping").at(0);
  EXPECT_EQ(sim::text(disk, "deviceName"), sim::text(instance, "rootDeviceName"));
  EXPECT_EQ(sim::text(disk.at("ebs"), "volumeId"), kVolume);
  for (const char* kind : {"instance", "volume", "address"}) {
    EXPECT_EQ(tagged(ec2, kind), std::vector<std::string>{}) << kind;
  }
  EXPECT_EQ(sim::text(ec2.resources("address").front(), "instanceId"),
            sim::text(instance, "instanceId"));
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

TEST(EjectScenario, ItsRootDiskIsTheRootAndNothingIsTagged) {
  Up world;
  const auto ejected = world.eject();
  ASSERT_TRUE(ejected) << ejected.error().message << world.ec2.story();
  EXPECT_EQ(ejected->str(), world.ec2.holder(kVolume));
  expect_ordinary(world.ec2);
}

// Its file may still be in a watch's folder.
TEST(EjectScenario, AWatchLeavesTheInstanceAlone) {
  Up world;
  ASSERT_TRUE(world.eject());
  const auto before = world.ec2.changes();
  int turns = 0;
  world.ec2.watch({world.machine}, [&](const Watch&) { return ++turns > 5; });
  EXPECT_EQ(world.ec2.changes(), before);
  expect_ordinary(world.ec2);
}

TEST(EjectScenario, WhereEc2RefusesToReplaceTheRootDiskItIsSwapped) {
  Up world;
  world.ec2.control("fault", {{"kind", "task_fails"}, {"count", 1}});
  const auto ejected = world.eject();
  ASSERT_TRUE(ejected) << ejected.error().message << world.ec2.story();
  expect_ordinary(world.ec2);
}

TEST(EjectScenario, DataVolumesStayAtTheInstance) {
  Up world(data_machine());
  ASSERT_TRUE(world.eject());
  EXPECT_EQ(world.ec2.living().front().at("blockDeviceMapping").size(), 3U);
  expect_ordinary(world.ec2);
}

// Whoever changes his mind has a machine as before.
TEST(EjectScenario, AnInterruptedEjectLeavesAMachineThatCanBeResumed) {
  Up whole;
  ASSERT_TRUE(whole.eject());
  for (int call = 0; call < std::ssize(whole.calls); ++call) {
    if (!whole.calls[static_cast<std::size_t>(call)]) continue;
    SCOPED_TRACE("call " + std::to_string(call));
    Up world;
    (void)world.eject(CrashPoint{call, Effect::done});
    if (tagged(world.ec2, "volume").empty()) continue;
    world.ec2.guests().habits.failing_stage.clear();
    const auto resumed = world.ec2.drive(world.machine);
    ASSERT_TRUE(resumed) << resumed.error().message << world.ec2.story();
    EXPECT_EQ(world.ec2.violations(), std::vector<std::string>{});
  }
}

TEST(EjectScenario, KilledAtEachCallTheNextRunGoesOn) {
  Up whole;
  ASSERT_TRUE(whole.eject());
  for (int call = 0; call < std::ssize(whole.calls); ++call) {
    if (!whole.calls[static_cast<std::size_t>(call)]) continue;  // as if it died at the next one
    for (const Effect effect : {Effect::none, Effect::done}) {
      SCOPED_TRACE("call " + std::to_string(call) +
                   (effect == Effect::done ? ", done" : ", not sent"));
      Up world;
      EXPECT_FALSE(world.eject(CrashPoint{call, effect}));
      if (!tagged(world.ec2, "volume").empty()) {
        const auto again = world.eject();
        ASSERT_TRUE(again) << again.error().message << world.ec2.story();
      }
      world.ec2.pass(5min);
      expect_ordinary(world.ec2);
    }
  }
}

}  // namespace
}  // namespace ec2spotter::scenario
