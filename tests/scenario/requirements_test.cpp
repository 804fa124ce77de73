// A machine that says what it needs of a type, and leaves the choice to what EC2 has.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "local_ec2.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

// What t3.medium, c5.large, c6i.large and c7i.large have in the simulator.
Machine machine_with_requirements() {
  Machine machine = web_machine();
  machine.types.clear();
  machine.pool_order = PoolOrder::price;
  machine.requirements = Requirements{.vcpus = {.min = 2, .max = 2},
                                      .memory_mib = {.min = 4096, .max = 4096},
                                      .excluded = {"c6i.*"}};
  return machine;
}

std::string type_of_body(LocalEc2& ec2) {
  const auto living = ec2.living();
  return living.size() == 1 ? living.front().at("instanceType").get<std::string>()
                            : std::to_string(living.size()) + " bodies";
}

bool web_is_up(const Watch& watch) { return is_up(watch, web_machine()); }

int calls_of(const std::vector<std::string>& actions, const std::string& action) {
  return static_cast<int>(std::count(actions.begin(), actions.end(), action));
}

// The actions that controllers send from now on.
void note_calls(LocalEc2& ec2, std::vector<std::string>& actions) {
  ec2.before_call = [&actions](const sim::ParamMap& parameters) {
    if (const auto action = parameters.find("Action"); action != parameters.end()) {
      actions.push_back(action->second);
    }
  };
}

TEST(RequirementsScenario, LaunchTakesTheCheapestTypeThatMeetsThem) {
  LocalEc2 ec2;
  ec2.control("price",
              {{"instance_type", "c5.large"}, {"zone", "us-east-1a"}, {"price", "0.0071"}});

  const auto up = ec2.drive(machine_with_requirements());

  ASSERT_TRUE(up) << up.error().describe() << ec2.story();
  EXPECT_EQ(type_of_body(ec2), "c5.large");
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

TEST(RequirementsScenario, WhatIsUpNeedsNoTypes) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine_with_requirements()));
  std::vector<std::string> actions;
  note_calls(ec2, actions);

  ASSERT_TRUE(ec2.drive(machine_with_requirements()));
  ASSERT_TRUE(ec2.drive(machine_with_requirements(), Goal::paused));

  EXPECT_EQ(calls_of(actions, "DescribeInstanceTypes"), 0);
}

TEST(RequirementsScenario, InADroughtAWatchTakesAnotherTypeThatMeetsThem) {
  LocalEc2 ec2;
  std::vector<std::string> actions;
  note_calls(ec2, actions);
  const Machine machine = machine_with_requirements();
  ASSERT_TRUE(ec2.watch({machine}, web_is_up)) << ec2.story();
  EXPECT_EQ(type_of_body(ec2), "t3.medium");
  for (const char* type : {"t3.medium", "c5.large"}) ec2.set_capacity(type, "", 0);
  const std::string first = ec2.holder(kVolume);
  ec2.control("reclaim", {{"instance_id", first}});

  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return ec2.holder(kVolume) != first && web_is_up(watch);
  })) << ec2.story();

  EXPECT_EQ(type_of_body(ec2), "c7i.large") << "c6i.large is excluded";
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(calls_of(actions, "DescribeInstanceTypes"), 2) << "once for each watch";
  EXPECT_EQ(calls_of(actions, "DescribeInstanceTypeOfferings"), 2);
}

TEST(RequirementsScenario, WithoutCapacityEachTypeThatMeetsThemIsNamed) {
  LocalEc2 ec2;
  for (const char* type : {"t3.medium", "c5.large", "c7i.large"}) ec2.set_capacity(type, "", 0);

  const auto refused = ec2.drive(machine_with_requirements());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::no_capacity);
  const std::string text = refused.error().describe();
  EXPECT_NE(text.find("c7i.large spot us-east-1a: "), std::string::npos) << text;
  EXPECT_EQ(text.find("c6i.large"), std::string::npos) << text;
}

TEST(RequirementsScenario, SurvivesFaultsOfTheCallsThatFindTheTypes) {
  // Without prices the smallest type is taken, and of equal ones the first by name.
  const std::map<std::string, std::string> taken{{"DescribeInstanceTypes", "t3.medium"},
                                                 {"DescribeInstanceTypeOfferings", "t3.medium"},
                                                 {"DescribeSpotPriceHistory", "c5.large"}};
  for (const auto& [action, type] : taken) {
    for (const char* kind : {"throttle", "error_before", "lost_reply"}) {
      SCOPED_TRACE(action + " " + kind);
      LocalEc2 ec2;
      ec2.control("fault", {{"kind", kind}, {"action", action}, {"count", 12}, {"status", 503}});

      const auto up = ec2.drive(machine_with_requirements());

      ASSERT_TRUE(up) << up.error().describe() << ec2.story();
      EXPECT_EQ(type_of_body(ec2), type);
    }
  }
}

TEST(RequirementsScenario, WithoutTheTypesNothingIsLaunchedAndTheWatchGoesOnAsking) {
  LocalEc2 ec2;
  ec2.control("fault", {{"kind", "error_before"},
                        {"action", "DescribeInstanceTypes"},
                        {"count", 100'000},
                        {"status", 503}});
  std::vector<std::string> actions;
  note_calls(ec2, actions);

  EXPECT_FALSE(ec2.watch({machine_with_requirements()}, web_is_up, 30min));

  EXPECT_TRUE(ec2.living().empty());
  EXPECT_EQ(calls_of(actions, "RunInstances"), 0);
  EXPECT_GT(calls_of(actions, "DescribeInstanceTypes"), 5);
}

}  // namespace
}  // namespace ec2spotter::scenario
