// A machine's disk becomes larger, in virtual time.
#include <gtest/gtest.h>

#include "control/growing/grow_disk.hpp"
#include "local_ec2.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;
using Effect = CrashPoint::Effect;

struct Up {
  Up() { EXPECT_TRUE(ec2.drive(machine)) << ec2.story(); }

  Result<Grown> grow(int size_gib, std::optional<CrashPoint> crash = std::nullopt,
                     const std::string& volume = kVolume, Duration deadline = 20min) {
    Process process(ec2, crash);
    auto done = grow_disk(machine, VolumeId(volume), size_gib, process.controls(), deadline);
    calls = process.calls();
    return done;
  }

  long size(const std::string& id = kVolume) {
    for (const sim::Json& volume : ec2.resources("volume")) {
      if (sim::text(volume, "volumeId") == id) return volume.at("size").get<long>();
    }
    return 0;
  }

  long asked() {
    const auto changes = ec2.changes();
    return std::count(changes.begin(), changes.end(), "ModifyVolume");
  }

  void expect_untouched(const std::string& instance) {
    EXPECT_EQ(ec2.holder(kVolume), instance);
    EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }

  LocalEc2 ec2;
  Machine machine = web_machine();
  std::vector<bool> calls;  // of the last growing: could it change something?
};

TEST(GrowScenario, ItsInstanceGoesOnAndTheSecondRunFindsItDone) {
  Up world;
  const std::string instance = world.ec2.holder(kVolume);
  const auto grown = world.grow(16);
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ(grown->former_gib, 8);
  EXPECT_EQ(world.size(), 16);
  EXPECT_EQ(world.asked(), 1);
  const auto again = world.grow(16);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->former_gib, 16);
  EXPECT_EQ(world.asked(), 1);
  world.expect_untouched(instance);
}

TEST(GrowScenario, KilledAtEachCallTheNextRunGoesOn) {
  Up whole;
  ASSERT_TRUE(whole.grow(16));
  for (int call = 0; call < std::ssize(whole.calls); ++call) {
    for (const Effect effect : {Effect::none, Effect::done}) {
      SCOPED_TRACE("call " + std::to_string(call) +
                   (effect == Effect::done ? ", done" : ", not sent"));
      Up world;
      const std::string instance = world.ec2.holder(kVolume);
      EXPECT_FALSE(world.grow(16, CrashPoint{call, effect}));
      const auto again = world.grow(16);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(world.size(), 16);
      EXPECT_EQ(world.asked(), 1) << "EC2 takes few changes of a volume";
      world.expect_untouched(instance);
    }
  }
}

TEST(GrowScenario, WhatEc2ShowsLateIsNotAskedForAgain) {
  Up world;
  world.ec2.control("fault", {{"kind", "stale_describe"}, {"seconds", 20}});
  const auto grown = world.grow(16);
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ(world.asked(), 1);
  EXPECT_EQ(world.size(), 16);
}

// The second command is told by EC2 that a change is under way, and finds that it is the wished
// one.
TEST(GrowScenario, OneThatAnotherCommandHasAskedForIsWaitedFor) {
  Up world;
  world.ec2.control("fault", {{"kind", "stale_describe"}, {"seconds", 20}});
  EXPECT_EQ(world.ec2.person("ModifyVolume", {{"VolumeId", kVolume}, {"Size", "16"}}), 200);
  const auto grown = world.grow(16);
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ(world.size(), 16);
}

TEST(GrowScenario, AWatchThatRunsMeanwhileKeepsTheMachineUp) {
  Up world;
  const std::string instance = world.ec2.holder(kVolume);
  bool grown = false;
  world.ec2.watch({world.machine}, [&](const Watch&) {
    if (!grown) grown = world.grow(16).has_value();
    return grown && world.size() == 16;
  });
  EXPECT_TRUE(grown);
  world.expect_untouched(instance);
}

TEST(GrowScenario, AChangeThatFailsIsToldAndMayBeTriedAgain) {
  Up world;
  world.ec2.control("fault", {{"kind", "volume_change_fails"}});
  const auto failed = world.grow(16);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("could not grow"), std::string::npos);
  EXPECT_EQ(world.size(), 8);
  ASSERT_TRUE(world.grow(16));
  EXPECT_EQ(world.size(), 16);
}

TEST(GrowScenario, WhatCannotBeIsRefusedWithoutACall) {
  Up world;
  const auto message = [&](int size) {
    const auto refused = world.grow(size);
    return refused ? "it was done" : refused.error().message;
  };
  EXPECT_NE(message(7).find("no volume smaller"), std::string::npos);
  EXPECT_NE(message(100000).find("takes at most"), std::string::npos);
  EXPECT_EQ(world.asked(), 0);
  const auto foreign = world.grow(16, std::nullopt, kDataVolume);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(world.asked(), 0);
}

// EC2's own words tell when the next change is possible.
TEST(GrowScenario, AFifthChangeWithinADayIsEc2sToRefuse) {
  Up world;
  for (const int size : {9, 10, 11, 12}) {
    ASSERT_TRUE(world.grow(size));
    world.ec2.pass(2min);
  }
  const auto fifth = world.grow(13);
  ASSERT_FALSE(fifth);
  EXPECT_EQ(fifth.error().api_code, "VolumeModificationRateExceeded");
  world.ec2.pass(25h);
  EXPECT_TRUE(world.grow(13));
}

// The copy that a move makes is as large as the root is.
TEST(GrowScenario, ARootThatHasGrownMovesAsItIs) {
  Up world;
  ASSERT_TRUE(world.grow(16));
  world.machine.zones = {"us-east-1a", "us-east-1b"};
  world.ec2.control("reclaim", {{"instance_id", world.ec2.holder(kVolume)}});
  for (const char* type : {"t3.small", "t3.medium"}) world.ec2.set_capacity(type, "", 0);
  world.ec2.watch({world.machine}, [&](const Watch& watch) {
    return is_up(watch, world.machine) && newest_of(world.ec2, kVolume) != kVolume;
  });
  const std::string next = newest_of(world.ec2, kVolume);
  ASSERT_NE(next, kVolume) << world.ec2.story();
  EXPECT_EQ(world.size(next), 16);
  EXPECT_EQ(world.ec2.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ec2spotter::scenario
