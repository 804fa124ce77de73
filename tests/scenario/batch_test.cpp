// Many machines lose their bodies at once, and come back by few launches.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

using Machines = std::vector<Machine>;

LocalEc2::Enough all_up(LocalEc2& ec2, const Machines& machines) {
  return [&](const Watch& watch) {
    return std::all_of(machines.begin(), machines.end(), [&](const Machine& machine) {
      return is_up(watch, machine) && ec2.serves(machine.volume.id.str());
    });
  };
}

// Like machines in a world of their own, and the sizes of the launches that are asked for.
class BatchScenario : public testing::Test {
 protected:
  explicit BatchScenario(int count = 10)
      : machines(like_machines(count)), ec2(world_of(machines), 1) {
    ec2.before_call = [this](const sim::ParamMap& parameters) {
      if (parameters.at("Action") != "RunInstances") return;
      launches.push_back(std::stoi(parameters.at("MaxCount")));
    };
  }

  void bring_up() { ASSERT_TRUE(ec2.watch(machines, all_up(ec2, machines))) << ec2.story(); }

  void lose_all() {
    for (const Machine& machine : machines) {
      ec2.control("reclaim", {{"instance_id", ec2.holder(machine.volume.id.str())}});
    }
    ec2.pass(2s);
    launches.clear();
  }

  void set_capacity(const char* type, int available) { ec2.set_capacity(type, "spot", available); }

  // Each machine has one body, which carries its names and has its root.
  void expect_all_in_place() {
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
    const auto living = ec2.living();
    EXPECT_EQ(living.size(), machines.size());
    std::set<std::string> seen;
    for (const sim::Json& body : living) {
      const std::string name = sim::tag_value(body, tag::kMachine);
      EXPECT_TRUE(seen.insert(name).second) << name << " has two bodies";
      EXPECT_EQ(sim::tag_value(body, tag::kName), name);
      EXPECT_EQ(ec2.holder(sim::tag_value(body, tag::kBodyOf)), body.at("instanceId"));
    }
    for (const Machine& machine : machines) {
      EXPECT_TRUE(seen.contains(machine.name.str())) << machine.name.str() << " has no body";
      EXPECT_TRUE(ec2.serves(machine.volume.id.str())) << machine.name.str();
    }
    EXPECT_EQ(ec2.resources("volume").size(), 2 * machines.size());
  }

  std::size_t bodies_of_type(const std::string& type) {
    const auto living = ec2.living();
    return static_cast<std::size_t>(
        std::count_if(living.begin(), living.end(),
                      [&](const sim::Json& body) { return body.at("instanceType") == type; }));
  }

  Machines machines;
  LocalEc2 ec2;
  std::vector<int> launches;
};

class ManyScenario : public BatchScenario {
 protected:
  ManyScenario() : BatchScenario(25) {}
};

TEST_F(ManyScenario, TwentyFiveMachinesComeBackByThreeLaunches) {
  bring_up();
  EXPECT_EQ(launches, (std::vector<int>{10, 10, 5}));
  lose_all();

  bring_up();

  EXPECT_EQ(launches, (std::vector<int>{10, 10, 5}));
  expect_all_in_place();
}

// Each look at all bodies costs calls, so machines that came up at other times share one.
TEST_F(BatchScenario, ACalmWatchLooksFourTimesAMinuteWheneverItsMachinesCameUp) {
  std::size_t lost = 0;
  int turns = 0;
  TimePoint calm_since{};
  const auto up = all_up(ec2, machines);
  ASSERT_TRUE(ec2.watch(machines, [&](const Watch& watch) {
    ++turns;
    if (calm_since != TimePoint{}) return ec2.clock().now() - calm_since >= 10min;
    if (!up(watch)) return false;
    if (lost < machines.size()) {
      const std::string& volume = machines[lost++].volume.id.str();
      ec2.control("reclaim", {{"instance_id", ec2.holder(volume)}});
    } else {
      calm_since = ec2.clock().now();
      turns = 0;
    }
    return false;
  })) << ec2.story();
  EXPECT_LE(turns, 4 * 10 + 2);
}

TEST_F(BatchScenario, WhatThePoolHasNoRoomForGoesToAnother) {
  bring_up();
  lose_all();
  // What was just taken away is not asked first again.
  set_capacity("t3.medium", 5);

  bring_up();

  EXPECT_EQ(launches, (std::vector<int>{10, 5, 5})) << "the second is refused";
  EXPECT_EQ(bodies_of_type("t3.medium"), 5U);
  EXPECT_EQ(bodies_of_type("t3.small"), 5U);
  expect_all_in_place();
}

TEST_F(BatchScenario, WhatNoPoolHasRoomForComesBackLater) {
  bring_up();
  lose_all();
  set_capacity("t3.medium", 5);
  set_capacity("t3.small", 0);
  const auto waiting = [&](const Watch& watch) {
    return std::count_if(machines.begin(), machines.end(), [&](const Machine& machine) {
      const Decision* last = watch.last_decision(machine.name);
      return last != nullptr && last->reason == Reason::no_capacity;
    });
  };
  ASSERT_TRUE(ec2.watch(machines, [&](const Watch& watch) {
    const auto up = std::count_if(machines.begin(), machines.end(),
                                  [&](const Machine& each) { return is_up(watch, each); });
    return up == 5 && waiting(watch) == 5;
  })) << ec2.story();

  set_capacity("t3.small", -1);
  bring_up();
  expect_all_in_place();
}

TEST_F(BatchScenario, AFaultInTheLaunchIsGotOver) {
  for (const char* kind : {"throttle", "error_before", "error_after", "lost_reply"}) {
    SCOPED_TRACE(kind);
    bring_up();
    lose_all();
    ec2.control("fault",
                {{"kind", kind}, {"action", "RunInstances"}, {"count", 2}, {"status", 503}});

    bring_up();

    ec2.watch(
        machines, [](const Watch&) { return false; }, 5min);
    expect_all_in_place();
  }
}

TEST_F(BatchScenario, ATypeThatEc2RefusesIsPassedOverByAll) {
  ec2.control("fault", {{"kind", "refuse"},
                        {"action", "RunInstances"},
                        {"count", 0},
                        {"code", "UnsupportedOperation"},
                        {"message", "not for this image"},
                        {"instance_type", machines.front().types.front()}});
  bring_up();
  expect_all_in_place();
  EXPECT_LE(launches.size(), 3U) << "one call is refused, and the others go out together";
}

// Until both say that all of theirs are up, and a while longer.
void watch_by_two(LocalEc2& ec2, const Machines& first, const Machines& second) {
  Process processes[] = {Process(ec2, std::nullopt), Process(ec2, std::nullopt)};
  Watch watches[] = {Watch(OwnerId("default"), processes[0].controls()),
                     Watch(OwnerId("default"), processes[1].controls())};
  watches[0].set_machines(first);
  watches[1].set_machines(second);
  TimePoint next[2] = {};
  const TimePoint end = ec2.clock().now() + 15min;
  while (ec2.clock().now() < end) {
    for (int each : {0, 1}) {
      if (next[each] <= ec2.clock().now()) next[each] = watches[each].turn();
    }
    const TimePoint sooner = std::min(next[0], next[1]);
    if (sooner > ec2.clock().now()) ec2.pass(sooner - ec2.clock().now());
  }
  EXPECT_TRUE(all_up(ec2, first)(watches[0]));
  EXPECT_TRUE(all_up(ec2, second)(watches[1]));
}

TEST_F(BatchScenario, TwoControllersThatSeeTheSameAskForTheSameBodies) {
  bring_up();
  lose_all();
  const std::size_t before = ec2.resources("instance").size();
  // Neither sees what the other does.
  ec2.control("fault", {{"kind", "stale_describe"}, {"seconds", 4}});

  watch_by_two(ec2, machines, machines);

  ASSERT_GE(launches.size(), 2U) << "they did not meet";
  EXPECT_EQ(ec2.resources("instance").size(), before + machines.size());
  expect_all_in_place();
}

TEST_F(BatchScenario, TwoControllersWithDifferentBatchesLeaveNoSurplus) {
  bring_up();
  lose_all();
  const std::size_t before = ec2.resources("instance").size();
  ec2.control("fault", {{"kind", "stale_describe"}, {"seconds", 4}});

  watch_by_two(ec2, machines, Machines(machines.begin() + 3, machines.end()));

  EXPECT_GT(ec2.resources("instance").size(), before + machines.size()) << "they did not meet";
  expect_all_in_place();
}

TEST_F(BatchScenario, OneMachineOfABatchIsDrivenByItself) {
  ASSERT_TRUE(ec2.watch(machines, [&](const Watch&) { return !launches.empty(); }));
  ASSERT_EQ(ec2.living().size(), machines.size());
  launches.clear();
  ec2.pass(5s);  // until EC2 shows them

  const auto up = ec2.drive(machines[4]);
  ASSERT_TRUE(up) << up.error().describe() << ec2.story();
  EXPECT_TRUE(launches.empty()) << "it has a body already";
  const auto rests = ec2.drive(machines[5], Goal::paused);
  ASSERT_TRUE(rests) << rests.error().describe();

  EXPECT_TRUE(ec2.serves(machines[4].volume.id.str()));
  const auto living = ec2.living();
  EXPECT_EQ(living.size(), machines.size() - 1);
  for (const sim::Json& body : living) EXPECT_NE(machine_of(body), "m5");
}

}  // namespace
}  // namespace ec2spotter::scenario
