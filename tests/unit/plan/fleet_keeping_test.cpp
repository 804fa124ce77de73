// Unattended machines: one fleet, and bodies that are left to themselves.
#include <gtest/gtest.h>

#include "model/launch_shape.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

class FleetKeepingTest : public testing::Test {
 protected:
  FleetKeepingTest() {
    machine_.unattended = true;
    seen_ = running();
    seen_.bodies[0].tags.erase(std::string(tag::kRoot));
    seen_.volumes[0].tags[std::string(tag::kUnattended)] = "true";
    seen_.fleets = {a_fleet("fleet-1")};
  }

  Fleet a_fleet(const char* id, Duration age = 1min) const {
    Fleet fleet;
    fleet.id = FleetId(id);
    fleet.launch_template = LaunchTemplateId("lt-1");
    fleet.created = kNow - age;
    fleet.tags[std::string(tag::kMadeFrom)] = fleet_fingerprint(machine_);
    return fleet;
  }
  Decision decide(bool by_watch = false) const {
    return plan(machine_, {.goal = Goal::up, .by_watch = by_watch}, seen_, memory_, kNow);
  }

  Machine machine_ = a_machine();
  Observation seen_;
  Memory memory_;
};

TEST_F(FleetKeepingTest, ABodyIsUpWhenItsConsoleSaysSoOrItAnswers) {
  EXPECT_EQ(decide().reason, Reason::booting);
  seen_.boots[kFirst] = {"root", "ok", "", ""};
  EXPECT_EQ(decide().reason, Reason::up);
  EXPECT_TRUE(decide().steps.empty());
  seen_.boots.clear();
  seen_.reachable[kFirst] = true;
  EXPECT_EQ(decide().reason, Reason::up) << "its console no longer goes back to its boot";
}

TEST_F(FleetKeepingTest, ABodyThatSaysNothingIsNeverGivenUp) {
  seen_.bodies[0].launch_time = kNow - 24h;
  for (const bool by_watch : {false, true}) {
    const Decision decision = decide(by_watch);
    EXPECT_EQ(decision.reason, Reason::boot_timeout);
    EXPECT_TRUE(decision.steps.empty());
  }
}

TEST_F(FleetKeepingTest, TheAddressIsTheBodysOwnAffair) {
  machine_.elastic_ip = "127.0.0.9";
  seen_.fleets = {a_fleet("fleet-1")};
  seen_.address_wanted = true;
  seen_.address.emplace();
  seen_.boots[kFirst] = {"root", "ok", "", ""};
  EXPECT_EQ(decide().reason, Reason::moving_address);
  EXPECT_TRUE(decide().steps.empty());
}

TEST_F(FleetKeepingTest, OfTwoFleetsTheYoungerGoes) {
  seen_.fleets = {a_fleet("fleet-2", 1min), a_fleet("fleet-1", 2min)};
  const Decision decision = decide();
  ASSERT_EQ(decision.steps.size(), 1U);
  EXPECT_EQ(std::get<step::DeleteFleet>(decision.steps[0]).fleet, FleetId("fleet-2"));
}

TEST_F(FleetKeepingTest, AFleetJustMadeIsWaitedForAndThenMadeAgain) {
  seen_.fleets.clear();
  seen_.volumes[0] = a_volume();
  seen_.volumes[0].tags[std::string(tag::kUnattended)] = "true";
  seen_.bodies.clear();
  const auto token = [&] {
    const Decision decision = decide();
    if (decision.steps.empty()) return std::string();
    return std::get<step::CreateFleet>(decision.steps[0]).client_token;
  };
  const std::string first = token();
  EXPECT_EQ(first.size(), 64U);
  EXPECT_EQ(token(), first);
  memory_.fleet_made = FleetId("fleet-1");
  memory_.fleet_made_at = kNow - 30s;
  EXPECT_EQ(decide().reason, Reason::creating_fleet);
  EXPECT_EQ(token(), "");
  memory_.fleet_made_at = kNow - 2min;
  EXPECT_EQ(token(), first);
  memory_.fleet_attempt = 1;
  EXPECT_NE(token(), first) << "the first token was spent on a fleet that ended";
}

TEST_F(FleetKeepingTest, AFleetIsMadeWithoutWhatEc2HasRefused) {
  seen_.fleets.clear();
  seen_.bodies.clear();
  seen_.volumes[0] = a_volume();
  seen_.volumes[0].tags[std::string(tag::kUnattended)] = "true";
  const auto create = [&] { return std::get<step::CreateFleet>(decide().steps.at(0)); };
  const step::CreateFleet whole = create();
  ASSERT_EQ(whole.pools.size(), 2U);
  PoolMark mark{.why = "not known", .until = kNow + 1min, .errc = Errc::invalid};
  memory_.closed_pools[whole.pools[0]] = mark;
  EXPECT_EQ(create().pools, std::vector<Pool>{whole.pools[1]});
  EXPECT_NE(create().client_token, whole.client_token);
  EXPECT_EQ(create().made_from, whole.made_from);
  memory_.closed_pools[whole.pools[1]] = mark;
  EXPECT_EQ(decide().reason, Reason::launch_refused);
  EXPECT_EQ(decide().errc, Errc::invalid);
}

TEST_F(FleetKeepingTest, TheInstanceOfAFleetThatIsNotShownYetIsNotInTheWay) {
  seen_.fleets.clear();
  seen_.volumes[0] = a_volume();
  seen_.bodies[0].tags[std::string(tag::kFleetId)] = "fleet-1";
  seen_.bodies[0].launch_time = kNow - 5s;
  EXPECT_EQ(decide().reason, Reason::creating_fleet);
  seen_.bodies[0].launch_time = kNow - 5min;
  EXPECT_EQ(decide().reason, Reason::body_in_the_way);
}

TEST_F(FleetKeepingTest, EachKeyThatShapesALaunchMakesAnotherFleet) {
  const std::string before = fleet_fingerprint(machine_);
  const auto differs = [&](auto change) {
    Machine changed = machine_;
    change(changed);
    return fleet_fingerprint(changed) != before;
  };
  EXPECT_TRUE(differs([](Machine& m) { m.image = "ami-2"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.types = {"t3.small m5.large"}; }));
  EXPECT_TRUE(differs([](Machine& m) { m.max_price = "0.1"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.key_name = "other"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.subnet = "subnet-2"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.security_groups = {"sg-2"}; }));
  EXPECT_TRUE(differs([](Machine& m) { m.device = "/dev/sdx"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.instance_name = "other"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.instance_profile = "other"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.tags = {{"team", "web"}}; }));
  EXPECT_TRUE(differs([](Machine& m) { m.guest_endpoint = "https://ec2.example"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.elastic_ip = "198.51.100.9"; }));
  EXPECT_TRUE(differs([](Machine& m) { m.markets = {Market::on_demand}; }));
  EXPECT_TRUE(differs([](Machine& m) { m.adopt = !m.adopt; }));
  EXPECT_TRUE(differs([](Machine& m) { m.guest_helper = !m.guest_helper; }));
  EXPECT_TRUE(differs([](Machine& m) { m.fix_network = !m.fix_network; }));
  EXPECT_TRUE(differs([](Machine& m) { m.capacity_rebalance = true; }));
  EXPECT_TRUE(differs([](Machine& m) { m.engine = Engine::pivot; }));
  EXPECT_TRUE(differs([](Machine& m) { m.requirements.emplace(); }));
  EXPECT_FALSE(differs([](Machine& m) { m.ejects = true; })) << "an eject has no fleet";
  EXPECT_FALSE(differs([](Machine& m) { m.ssh_port = 2222; }))
      << "the instances are made without it";
}

}  // namespace
}  // namespace ec2spotter
