// A machine is ended, in virtual time.
#include <gtest/gtest.h>

#include <algorithm>

#include "control/ending/end_machine.hpp"
#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/json.hpp"
#include "unattended_guests.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;
using Effect = CrashPoint::Effect;

struct Up {
  Up() : Up(web_machine()) {}
  explicit Up(Machine wished) : machine(std::move(wished)) {
    EXPECT_TRUE(ec2.drive(machine)) << ec2.story();
  }

  Result<Ended> end(RootFate fate, std::optional<CrashPoint> crash = std::nullopt) {
    Process process(ec2, crash);
    auto done = end_machine(machine, fate, process.controls(), 20min);
    calls = process.calls();
    return done;
  }

  bool has_root() {
    const auto volumes = ec2.resources("volume");
    return std::any_of(volumes.begin(), volumes.end(), [](const sim::Json& volume) {
      return sim::text(volume, "volumeId") == kVolume;
    });
  }

  void watch_for_a_while() {
    int turns = 0;
    ec2.watch({machine}, [&](const Watch&) { return ++turns > 5; });
  }

  void expect_ended(RootFate fate) {
    EXPECT_TRUE(ec2.living().empty());
    EXPECT_EQ(has_root(), fate == RootFate::kept);
    for (const sim::Json& address : ec2.resources("address")) {
      EXPECT_EQ(sim::tag_value(address, tag::kMachine), "");
    }
    EXPECT_EQ(ec2.resources("address").size(), 1U) << "it may be needed again";
    EXPECT_TRUE(ec2.resources("launch-template").empty());
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }

  LocalEc2 ec2;
  Machine machine;
  std::vector<bool> calls;  // of the last ending: could it change something?
};

TEST(EndScenario, ItsDiskStaysAndNoWatchStartsItAndALaunchDoes) {
  Up world;
  const auto ended = world.end(RootFate::kept);
  ASSERT_TRUE(ended) << ended.error().message << world.ec2.story();
  EXPECT_EQ(ended->root.str(), kVolume);
  EXPECT_EQ(ended->remains.addresses.size(), 1U);
  world.expect_ended(RootFate::kept);
  world.watch_for_a_while();
  world.expect_ended(RootFate::kept);
  ASSERT_TRUE(world.ec2.drive(world.machine)) << world.ec2.story();
  EXPECT_TRUE(world.ec2.serves(kVolume));
  EXPECT_EQ(world.ec2.guests().losses(), std::vector<std::string>{});
}

TEST(EndScenario, TheSecondRunFindsItDone) {
  Up world;
  ASSERT_TRUE(world.end(RootFate::kept));
  world.watch_for_a_while();  // until EC2 shows that the tags are gone
  const auto before = world.ec2.changes();
  ASSERT_TRUE(world.end(RootFate::kept));
  EXPECT_EQ(world.ec2.changes(), before);
}

TEST(EndScenario, KilledAtEachCallWithAWatchThatRunsInBetween) {
  for (const RootFate fate : {RootFate::kept, RootFate::deleted}) {
    Up whole;
    ASSERT_TRUE(whole.end(fate));
    for (int call = 0; call < std::ssize(whole.calls); ++call) {
      if (!whole.calls[static_cast<std::size_t>(call)]) continue;  // as if it died at the next one
      for (const Effect effect : {Effect::none, Effect::done}) {
        SCOPED_TRACE("call " + std::to_string(call) +
                     (effect == Effect::done ? ", done" : ", not sent"));
        Up world;
        EXPECT_FALSE(world.end(fate, CrashPoint{call, effect}));
        world.watch_for_a_while();
        if (world.has_root()) {
          const auto again = world.end(fate);
          ASSERT_TRUE(again) << again.error().message << world.ec2.story();
        }
        world.watch_for_a_while();
        world.expect_ended(fate);
      }
    }
  }
}

// It starts the machine at any moment until the mark on the root is there.
TEST(EndScenario, AWatchThatHasJustLostItsInstanceIsOvertaken) {
  Up world;
  world.ec2.person("TerminateInstances", {{"InstanceId.1", world.ec2.holder(kVolume)}});
  std::optional<Result<Ended>> ended;
  int turns = 0;
  world.ec2.watch({world.machine}, [&](const Watch&) {
    if (++turns == 4) ended = world.end(RootFate::deleted);
    return turns > 40;
  });
  ASSERT_TRUE(ended);
  ASSERT_TRUE(*ended) << ended->error().message;
  world.ec2.watch({world.machine}, [&](const Watch&) { return world.ec2.living().empty(); });
  world.expect_ended(RootFate::deleted);
}

// Somebody launches it between its end and the deletion.
TEST(EndScenario, ARootThatIsInUseAgainIsNotDeleted) {
  Up world;
  bool launched = false;
  world.ec2.before_call = [&](const sim::ParamMap& call) {
    if (launched || call.at("Action") != "DeleteVolume") return;
    launched = true;
    world.ec2.before_call = {};
    EXPECT_TRUE(world.ec2.drive(world.machine));
  };
  const auto ended = world.end(RootFate::deleted);
  EXPECT_FALSE(ended);
  EXPECT_TRUE(launched);
  EXPECT_TRUE(world.has_root());
  EXPECT_TRUE(world.ec2.serves(kVolume));
  EXPECT_EQ(world.ec2.violations(), std::vector<std::string>{});
}

TEST(EndScenario, TheNetworkInterfaceThatItKeptIsGoneAndTheNextLaunchMakesAnother) {
  Up world(keeping_machine());
  ASSERT_EQ(world.ec2.resources("network-interface").size(), 1U);
  const auto ended = world.end(RootFate::kept);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_TRUE(ended->address_released);
  EXPECT_TRUE(world.ec2.resources("network-interface").empty());
  world.ec2.pass(10min);
  const auto launched = world.ec2.drive(world.machine);
  ASSERT_TRUE(launched) << launched.error().message;
  EXPECT_TRUE(world.ec2.serves(kVolume));
}

TEST(EndScenario, TheFleetOfAnUnattendedMachineIsGoneWithItsTemplate) {
  LocalEc2 ec2;
  UnattendedGuests guests(ec2);
  Machine machine = web_machine();
  machine.unattended = true;
  machine.markets = {Market::spot};
  guests.make_role(machine);
  ec2.before_call = [&](const sim::ParamMap&) { guests.act(); };
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ASSERT_EQ(ec2.resources("launch-template").size(), 1U);
  Process process(ec2, std::nullopt);
  const auto ended = end_machine(machine, RootFate::kept, process.controls(), 20min);
  ASSERT_TRUE(ended) << ended.error().message;
  ec2.pass(10min);
  EXPECT_TRUE(ec2.living().empty());
  EXPECT_TRUE(ec2.resources("launch-template").empty());
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

TEST(EndScenario, DataVolumesStayAndAreTold) {
  const Machine machine = data_machine();
  LocalEc2 ec2(world_of({machine}), 1);
  need_data(ec2, machine);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  Process process(ec2, std::nullopt);
  const auto ended = end_machine(machine, RootFate::deleted, process.controls(), 20min);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->remains.data.size(), 2U);
  EXPECT_TRUE(ended->remains.roots.empty());
  EXPECT_EQ(ec2.resources("volume").size(), 2U);
}

}  // namespace
}  // namespace ec2spotter::scenario
