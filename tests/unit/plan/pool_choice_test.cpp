// The order of pools, and why one is passed over.
#include "plan/choice/pool_choice.hpp"

#include <gtest/gtest.h>

#include "model/tags.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h;
constexpr const char* kZone = "us-east-1a";

Pool spot(const std::string& type) { return {type, kZone, Market::spot}; }
Pool on_demand(const std::string& type) { return {type, kZone, Market::on_demand}; }

class PoolChoiceTest : public testing::Test {
 protected:
  PoolChoiceTest() { machine.types = {"a", "b", "c"}; }

  PoolChoice choose(Markets markets = Markets::of_machine) const {
    return choose_pool(machine, kZone, seen, memory, kNow, markets);
  }

  Machine machine;
  Observation seen;
  Memory memory;
};

TEST_F(PoolChoiceTest, TakesThePoolsInTheOrderOfTheFile) {
  EXPECT_EQ(choose().taken, spot("a"));
  ASSERT_EQ(choose().candidates.size(), 3U);
  EXPECT_EQ(choose().candidates[1].why, "a later choice");
}

TEST_F(PoolChoiceTest, AClosedPoolSaysWhyAndWhenToAskAgain) {
  for (const char* type : {"a", "b", "c"}) {
    memory.closed_pools[spot(type)] = {.why = "InsufficientInstanceCapacity", .until = kNow + 7s};
  }
  const PoolChoice choice = choose();
  EXPECT_FALSE(choice.taken);
  EXPECT_EQ(choice.reopen, kNow + 7s);
  EXPECT_FALSE(choice.only_quota);
  EXPECT_EQ(choice.candidates[0].why, "InsufficientInstanceCapacity");

  for (auto& [pool, mark] : memory.closed_pools) mark.errc = Errc::quota;
  EXPECT_TRUE(choose().only_quota);
  for (auto& [pool, mark] : memory.closed_pools) mark.until = kNow;
  EXPECT_EQ(choose().taken, spot("a"));
}

TEST_F(PoolChoiceTest, ARefusedTypeIsPassedOverAndNamed) {
  memory.closed_pools[spot("a")] = {.why = "no room", .until = kNow + 7s};
  memory.closed_pools[spot("b")] = {.why = "ENA", .until = kNow + 1min, .errc = Errc::invalid};
  EXPECT_EQ(choose().taken, spot("c"));
  EXPECT_EQ(choose().candidates[1].why, "ENA");

  memory.closed_pools[spot("c")] = {.why = "quota", .until = kNow + 9s, .errc = Errc::quota};
  EXPECT_FALSE(choose().taken);
  EXPECT_FALSE(choose().only_refused) << "room may come back";
  EXPECT_FALSE(choose().only_quota);
  memory.closed_pools[spot("a")].errc = Errc::quota;
  EXPECT_TRUE(choose().only_quota);

  for (const char* type : {"a", "b", "c"})
    memory.closed_pools[spot(type)].errc = Errc::unauthorized;
  memory.closed_pools[spot("a")].errc = Errc::invalid;
  EXPECT_EQ(choose().only_refused, Errc::invalid);
}

TEST_F(PoolChoiceTest, APoolThatLatelyTookABodyIsTakenLast) {
  memory.shaky_pools[spot("a")] = kNow + 1min;
  EXPECT_EQ(choose().taken, spot("b"));
  memory.shaky_pools[spot("a")] = kNow;
  EXPECT_EQ(choose().taken, spot("a"));
}

TEST_F(PoolChoiceTest, TheCheapestIsTakenWhenTheFileSaysSo) {
  machine.pool_order = PoolOrder::price;
  seen.pools[spot("a")].price = 0.03;
  seen.pools[spot("c")].price = 0.01;
  const PoolChoice choice = choose();
  EXPECT_EQ(choice.taken, spot("c"));
  EXPECT_EQ(choice.candidates[0].why, "cheapest at 0.0100 USD/h");
  EXPECT_EQ(choice.candidates[2].pool, spot("b")) << "an unknown price is the last";
}

TEST_F(PoolChoiceTest, TheBestPlacementScoreIsTakenWhenTheFileSaysSoAndPriceParts) {
  machine.pool_order = PoolOrder::capacity;
  seen.pools[spot("a")] = {.price = 0.01, .placement_score = 3};
  seen.pools[spot("b")] = {.price = 0.03, .placement_score = 9};
  seen.pools[spot("c")] = {.price = 0.02, .placement_score = 9};
  EXPECT_EQ(choose().taken, spot("c"));
  EXPECT_EQ(choose().candidates[0].why, "best placement score 9");
}

TEST_F(PoolChoiceTest, ARightThatIsMissingForTheOrderIsTold) {
  machine.pool_order = PoolOrder::price;
  seen.facts_denied = Error{.code = Errc::unauthorized, .message = "no prices for you"};
  EXPECT_NE(choose().candidates[0].why.find("no prices for you"), std::string::npos);
}

TEST_F(PoolChoiceTest, RequirementsTakeTheTypesThatEc2NamedForTheZone) {
  machine.types.clear();
  machine.requirements.emplace();
  machine.pool_order = PoolOrder::price;
  machine.markets = {Market::spot, Market::on_demand};
  EXPECT_TRUE(choose().candidates.empty()) << "nothing is known yet";
  seen.types["us-east-1b"] = std::vector<std::string>{"elsewhere"};
  seen.types[kZone] = std::vector<std::string>{"small", "medium", "large"};

  EXPECT_EQ(choose().taken, spot("small"));
  EXPECT_EQ(choose().candidates[0].why, "smallest open pool");
  EXPECT_EQ(choose().candidates.size(), 6U);

  seen.pools[spot("large")].price = 0.01;
  seen.pools[spot("medium")].price = 0.01;
  EXPECT_EQ(choose().taken, spot("medium")) << "the smaller of equals";
  seen.pools[spot("large")].price = 0.005;
  EXPECT_EQ(choose().taken, spot("large"));
}

TEST_F(PoolChoiceTest, OnDemandWaitsUntilSpotHadItsTime) {
  machine.types = {"a"};
  machine.markets = {Market::spot, Market::on_demand};
  machine.on_demand_after = 10min;
  memory.closed_pools[spot("a")] = {.why = "none", .until = kNow + 1min};
  EXPECT_TRUE(choose().only_spot_is_waited_for);
  memory.spot_missing_since = kNow - 4min;
  EXPECT_EQ(choose().candidates[1].why, "Spot is tried for 6 min more");
  memory.spot_missing_since = kNow - 10min;
  EXPECT_EQ(choose().taken, on_demand("a"));
  EXPECT_FALSE(choose(Markets::spot).taken);
}

TEST_F(PoolChoiceTest, WhatEc2EndedForWantOfCapacityClosesItsPool) {
  Instance ended;
  ended.id = InstanceId("i-1");
  ended.type = "a";
  ended.zone = kZone;
  ended.market = Market::spot;
  ended.state = InstanceState::terminated;
  ended.launch_time = kNow - 1min;
  ended.state_reason_code = "Server.InsufficientInstanceCapacity";
  seen.bodies = {ended};
  EXPECT_EQ(choose().taken, spot("b"));
  EXPECT_EQ(choose().candidates[0].why.substr(0, 35), "Server.InsufficientInstanceCapacity");
  seen.bodies[0].launch_time = kNow - 10min;
  EXPECT_EQ(choose().taken, spot("a"));

  // A host that broke under a body that was up is no refusal.
  seen.bodies[0].launch_time = kNow - 1min;
  seen.bodies[0].state_reason_code = "Server.InternalError";
  EXPECT_EQ(choose().taken, spot("b"));
  seen.bodies[0].tags[std::string(tag::kRoot)] = "up";
  EXPECT_EQ(choose().taken, spot("a"));
}

}  // namespace
}  // namespace ec2spotter
