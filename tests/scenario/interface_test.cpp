// Machines that keep their private address, in virtual time.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/tags.hpp"
#include "moving.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

// All that must stay from one instance to the next.
struct Place {
  std::string interface, private_ip, mac;
  bool operator==(const Place&) const = default;
};

Place place_of_holder(LocalEc2& ec2) {
  const sim::Json* body = ec2.instance(ec2.holder(root_of(ec2).at("volumeId")));
  if (body == nullptr) return {};
  const sim::Json& primary = body->at("networkInterfaceSet")[0];
  return {primary.at("networkInterfaceId"), body->at("privateIpAddress"), primary.at("macAddress")};
}

std::size_t associations(LocalEc2& ec2) {
  const auto changes = ec2.changes();
  return static_cast<std::size_t>(std::count(changes.begin(), changes.end(), "AssociateAddress"));
}

void expect_well(LocalEc2& ec2) {
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(kept_interfaces(ec2).size(), 1U);
}

TEST(InterfaceScenario, ALaunchIsOnTheMachinesOwnInterface) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(keeping_machine())) << ec2.story();
  const auto interfaces = kept_interfaces(ec2);
  ASSERT_EQ(interfaces.size(), 1U);
  EXPECT_EQ(place_of_holder(ec2).interface, interfaces[0].at("networkInterfaceId"));
  EXPECT_FALSE(interfaces[0].at("attachment").at("deleteOnTermination").get<bool>());
  EXPECT_EQ(sim::tag_value(root_of(ec2), tag::kInterface),
            interfaces[0].at("networkInterfaceId").get<std::string>());
  const sim::Json address = ec2.resources("address").front();
  EXPECT_EQ(address.at("networkInterfaceId"), interfaces[0].at("networkInterfaceId"));
  expect_well(ec2);
}

TEST(InterfaceScenario, WithoutTheKeyNoCallIsMade) {
  LocalEc2 ec2;
  bool asked = false;
  ec2.before_call = [&](const sim::ParamMap& call) {
    asked = asked || call.at("Action").find("NetworkInterface") != std::string::npos;
  };
  ASSERT_TRUE(ec2.drive(web_machine()));
  EXPECT_FALSE(asked);
}

// After a notice, and after a loss without one: the same address and MAC address, and the Elastic
// IP has not been called for.
TEST(InterfaceScenario, TheNextInstanceHasTheSameAddressAndMac) {
  for (const char* how : {"notice", "reclaim"}) {
    SCOPED_TRACE(how);
    const Machine machine = keeping_machine();
    LocalEc2 ec2;
    ASSERT_TRUE(ec2.drive(machine));
    const Place before = place_of_holder(ec2);
    const std::string former = ec2.holder(kVolume);
    const std::size_t calls = associations(ec2);
    ec2.control(how, {{"instance_id", former}});
    watch_until_back(ec2, machine, former);
    EXPECT_EQ(place_of_holder(ec2), before);
    EXPECT_EQ(associations(ec2), calls);
    expect_well(ec2);
  }
}

// The next one cannot be launched earlier, so the notice is used to its end.
TEST(InterfaceScenario, UnderANoticeTheWorkingInstanceIsLeftAlone) {
  const Machine machine = keeping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string former = ec2.holder(kVolume);
  ec2.control("notice", {{"instance_id", former}});
  look_after(ec2, machine, 110s);
  EXPECT_TRUE(ec2.serves(kVolume));
  EXPECT_EQ(ec2.holder(kVolume), former);
  EXPECT_EQ(ec2.resources("instance").size(), 1U);
  const auto changes = ec2.changes();
  EXPECT_EQ(std::count(changes.begin(), changes.end(), "RunInstances!"), 0);
}

TEST(InterfaceScenario, ReleaseOnNoticeEndsItAtOnce) {
  Machine machine = keeping_machine();
  machine.release_on_notice = true;
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const Place before = place_of_holder(ec2);
  const TimePoint noticed = ec2.clock().now();
  ec2.control("notice", {{"instance_id", ec2.holder(kVolume)}});
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && ec2.resources("instance").size() == 2 && alone_in_service(ec2);
  })) << ec2.story();
  EXPECT_LT(ec2.clock().now() - noticed, 119s);
  EXPECT_EQ(place_of_holder(ec2), before);
  expect_well(ec2);
}

TEST(InterfaceScenario, APauseKeepsTheInterface) {
  const Machine machine = keeping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const Place before = place_of_holder(ec2);
  ASSERT_TRUE(ec2.drive(machine, Goal::paused));
  ec2.pass(10min);
  EXPECT_EQ(kept_interfaces(ec2).size(), 1U);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  EXPECT_EQ(place_of_holder(ec2), before);
  expect_well(ec2);
}

// `pause NAME` without the file: the tags alone say nothing against the interface.
TEST(InterfaceScenario, APauseByTagsAloneKeepsTheInterface) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(keeping_machine()));
  Machine by_tags;
  by_tags.name = MachineName("web");
  by_tags.owner = OwnerId("default");
  by_tags.volume.id = VolumeId(kVolume);
  ASSERT_TRUE(ec2.drive(by_tags, Goal::paused)) << ec2.story();
  look_after(ec2, by_tags, 10min);
  EXPECT_EQ(kept_interfaces(ec2).size(), 1U);
}

TEST(InterfaceScenario, EveryEngineKeepsIt) {
  for (Machine machine :
       {replacing_machine(), swapping_machine(), swapping_machine(Market::on_demand)}) {
    SCOPED_TRACE(to_string(machine.engine));
    machine.keeps_private_ip = true;
    LocalEc2 ec2;
    ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
    const Place before = place_of_holder(ec2);
    const std::string former = ec2.holder(kVolume);
    EXPECT_EQ(ec2.person("TerminateInstances", {{"InstanceId.1", former}}), 200);
    watch_until_back(ec2, machine, former);
    EXPECT_EQ(place_of_holder(ec2), before);
    expect_well(ec2);
  }
}

// A stopped instance has the interface, and gives the root up: it ends before the next one comes.
TEST(InterfaceScenario, AnInstanceThatAPersonStoppedMakesRoom) {
  Machine machine = keeping_machine();
  machine.markets = {Market::on_demand};
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const Place before = place_of_holder(ec2);
  const std::string former = ec2.holder(kVolume);
  EXPECT_EQ(ec2.person("StopInstances", {{"InstanceId.1", former}}), 200);
  watch_until_back(ec2, machine, former);
  EXPECT_EQ(place_of_holder(ec2), before);
  expect_well(ec2);
}

// Rule S8: the next instance could be launched only after the end of the one that works.
TEST(InterfaceScenario, ARebalanceRecommendationEndsNoWorkingInstance) {
  const Machine machine = keeping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string body = ec2.holder(kVolume);
  ec2.recommended = {InstanceId(body)};
  look_after(ec2, machine, 30min);
  EXPECT_EQ(ec2.holder(kVolume), body);
  EXPECT_EQ(ec2.resources("instance").size(), 1U);
}

Machine moving_and_keeping() {
  Machine machine = moving_machine();
  machine.keeps_private_ip = true;
  return machine;
}

void expect_moved_on_interface(LocalEc2& ec2, const Place& before) {
  expect_moved(ec2, kOtherZone);
  const auto interfaces = kept_interfaces(ec2);
  ASSERT_EQ(interfaces.size(), 1U) << "the old one is deleted";
  EXPECT_EQ(interfaces[0].at("availabilityZone"), kOtherZone);
  const Place now = place_of_holder(ec2);
  EXPECT_EQ(now.interface, interfaces[0].at("networkInterfaceId"));
  EXPECT_NE(now.private_ip, before.private_ip);
  EXPECT_NE(now.mac, before.mac);
  EXPECT_EQ(ec2.resources("address").front().at("networkInterfaceId"), now.interface);
}

TEST(InterfaceScenario, AMoveMakesANewOneAndDeletesTheOldOneOnlyOnceTheMachineIsUp) {
  const Machine machine = moving_and_keeping();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const Place before = place_of_holder(ec2);
  empty_own_zone(ec2);
  ec2.control("notice", {{"instance_id", ec2.holder(kVolume)}});
  bool early = false;
  ec2.before_call = [&](const sim::ParamMap& call) {
    if (call.at("Action") != "DeleteNetworkInterface") return;
    early = early || !ec2.guests().ssh_answers(kAddress) ||
            root_of(ec2).at("availabilityZone") != kOtherZone;
  };
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone))) << ec2.story();
  look_after(ec2, machine, 15min);
  EXPECT_FALSE(early);
  expect_moved_on_interface(ec2, before);
}

TEST(InterfaceScenario, AMoveByHandAndOneOfAPausedMachine) {
  for (const Goal goal : {Goal::up, Goal::paused}) {
    SCOPED_TRACE(to_string(goal));
    const Machine machine = moving_and_keeping();
    LocalEc2 ec2;
    ASSERT_TRUE(ec2.drive(machine));
    const Place before = place_of_holder(ec2);
    if (goal == Goal::paused) {
      ASSERT_TRUE(ec2.drive(machine, goal));
    }
    order(ec2, machine, kOtherZone);
    ASSERT_TRUE(move(ec2, machine, goal)) << ec2.story();
    EXPECT_GE(kept_interfaces(ec2).size(), 1U);
    ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone)) || goal == Goal::paused);
    if (goal == Goal::paused) {
      ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
    }
    look_after(ec2, machine, 15min);
    expect_moved_on_interface(ec2, before);
  }
}

// The new root asks for an interface of its own zone, whatever becomes of the old one.
TEST(InterfaceScenario, AfterAMoveNobodyMissesTheOldInterface) {
  const Machine machine = moving_and_keeping();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  const std::string former = place_of_holder(ec2).interface;
  ASSERT_TRUE(ec2.drive(machine, Goal::paused));
  order(ec2, machine, kOtherZone);
  ASSERT_TRUE(move(ec2, machine, Goal::paused)) << ec2.story();
  EXPECT_EQ(ec2.person("DeleteNetworkInterface", {{"NetworkInterfaceId", former}}), 200);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  EXPECT_NE(place_of_holder(ec2).interface, former);
}

TEST(InterfaceScenario, WithoutTheKeyTheInterfaceGoesOnceItIsFree) {
  Machine machine = keeping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  machine.keeps_private_ip = false;
  look_after(ec2, machine, 5min);
  EXPECT_EQ(kept_interfaces(ec2).size(), 1U) << "the instance is on it";
  const std::string former = ec2.holder(kVolume);
  ec2.control("reclaim", {{"instance_id", former}});
  watch_until_back(ec2, machine, former);
  look_after(ec2, machine, 5min);
  EXPECT_EQ(kept_interfaces(ec2).size(), 0U);
  EXPECT_EQ(sim::tag_value(root_of(ec2), tag::kInterface), tag::kGone);
  EXPECT_TRUE(ec2.guests().ssh_answers(kAddress)) << "the Elastic IP has followed";
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

TEST(InterfaceScenario, APauseWithoutTheKeyDeletesTheInterface) {
  Machine machine = keeping_machine();
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(machine));
  machine.keeps_private_ip = false;
  ASSERT_TRUE(ec2.drive(machine, Goal::paused)) << ec2.story();
  EXPECT_EQ(kept_interfaces(ec2).size(), 0U);
}

// The machine has lost its instance while no controller looked.
Place lose_instance(LocalEc2& ec2) {
  EXPECT_TRUE(ec2.drive(keeping_machine()));
  const Place place = place_of_holder(ec2);
  ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
  ec2.pass(5min);
  EXPECT_EQ(kept_interfaces(ec2).front().at("status"), "available");
  return place;
}

const Decision* last_decision(const Watch& watch) {
  return watch.last_decision(MachineName("web"));
}

bool waits_with(LocalEc2& ec2, Reason reason) {
  return ec2.watch({keeping_machine()}, [&](const Watch& watch) {
    const Decision* last = last_decision(watch);
    return last != nullptr && last->reason == reason && last->progress == Decision::Progress::stuck;
  });
}

TEST(InterfaceScenario, AnInterfaceThatIsGoneIsAReason) {
  const Machine machine = keeping_machine();
  LocalEc2 ec2;
  const std::string former = lose_instance(ec2).interface;
  EXPECT_EQ(ec2.person("DeleteNetworkInterface", {{"NetworkInterfaceId", former}}), 200);
  EXPECT_TRUE(waits_with(ec2, Reason::interface_missing)) << ec2.story();
  EXPECT_EQ(ec2.person("DeleteTags",
                       {{"ResourceId.1", kVolume}, {"Tag.1.Key", std::string(tag::kInterface)}}),
            200);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  EXPECT_NE(place_of_holder(ec2).interface, former);
  expect_well(ec2);
}

TEST(InterfaceScenario, AnInterfaceInForeignHandsIsAReason) {
  const Machine machine = keeping_machine();
  LocalEc2 ec2;
  const Place before = lose_instance(ec2);
  EXPECT_EQ(
      ec2.person("RunInstances", {{"ImageId", machine.image},
                                  {"InstanceType", "t3.small"},
                                  {"MinCount", "1"},
                                  {"MaxCount", "1"},
                                  {"NetworkInterface.1.DeviceIndex", "0"},
                                  {"NetworkInterface.1.NetworkInterfaceId", before.interface}}),
      200);
  const std::string foreign = ec2.living().front().at("instanceId");
  EXPECT_TRUE(waits_with(ec2, Reason::interface_in_use_elsewhere)) << ec2.story();
  EXPECT_EQ(ec2.living().size(), 1U) << "rule S4: it is not ours to end";
  EXPECT_EQ(ec2.person("TerminateInstances", {{"InstanceId.1", foreign}}), 200);
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) { return is_up(watch, machine); }));
  EXPECT_EQ(place_of_holder(ec2), before);
  expect_well(ec2);
}

// Both ask for an instance on the same interface; EC2 gives one.
TEST(InterfaceScenario, MachinesThatComeBackTogetherAreLaunchedOneByOne) {
  std::vector<Machine> machines = like_machines(4);
  for (Machine& machine : machines) machine.keeps_private_ip = true;
  LocalEc2 ec2(world_of(machines), 1);
  const auto all_up = [&](const Watch& watch) {
    return std::all_of(machines.begin(), machines.end(),
                       [&](const Machine& machine) { return is_up(watch, machine); });
  };
  ASSERT_TRUE(ec2.watch(machines, all_up)) << ec2.story();
  EXPECT_EQ(kept_interfaces(ec2).size(), 4U);
  for (const sim::Json& interface : kept_interfaces(ec2))
    EXPECT_EQ(interface.at("status"), "in-use");
  EXPECT_EQ(ec2.living().size(), 4U);
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ec2spotter::scenario
