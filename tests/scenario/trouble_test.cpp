// Clocks that lie, actions that fail, other people's addresses, guests that hang: what must not
// cost a machine more than its share of time.
#include <gtest/gtest.h>

#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

LocalEc2::Enough reason_is(Reason reason, const std::string& machine = "web") {
  return [reason, machine](const Watch& watch) {
    const Decision* last = watch.last_decision(MachineName(machine));
    return last != nullptr && last->reason == reason;
  };
}

// ---- clocks

// Brings a machine up from nothing and back after a reclaim, while `disturb` is called between the
// turns; the changing calls, and how long it took.
struct Course {
  std::vector<std::string> changes;
  Duration took{};
};
Course come_and_come_back(LocalEc2& ec2, const std::function<void(int)>& disturb) {
  const TimePoint begun = ec2.clock().now();
  int turns = 0;
  std::string first;
  const bool back = ec2.watch({web_machine()}, [&](const Watch& watch) {
    disturb(++turns);
    if (!is_up(watch, web_machine())) return false;
    if (!first.empty()) return ec2.holder(kVolume) != first;
    first = ec2.holder(kVolume);
    ec2.control("reclaim", {{"instance_id", first}});
    return false;
  });
  EXPECT_TRUE(back) << ec2.story();
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  return {.changes = ec2.changes(), .took = ec2.clock().now() - begun};
}

TEST(ClockScenario, AHostsWrongClockChangesNothing) {
  LocalEc2 right;
  const Course usual = come_and_come_back(right, [](int) {});
  for (const Duration off : {Duration(12min), Duration(-12min), Duration(-24h), Duration(24h)}) {
    LocalEc2 ec2;
    ec2.host_clock().step(off);
    const Course course = come_and_come_back(ec2, [](int) {});
    EXPECT_EQ(course.changes, usual.changes) << off.count() << " ms off\n" << ec2.story();
    EXPECT_LE(std::chrono::abs(course.took - usual.took), 10s);
  }
}

TEST(ClockScenario, AStepUnderARunningWatchChangesNothing) {
  LocalEc2 right;
  const Course usual = come_and_come_back(right, [](int) {});
  for (const Duration step : {Duration(-1h), Duration(1h), Duration(-12min), Duration(12min)}) {
    LocalEc2 ec2;
    const Course course = come_and_come_back(ec2, [&](int turns) {
      if (turns % 5 == 0) ec2.host_clock().step(turns % 10 == 0 ? step : -step * 2);
    });
    EXPECT_EQ(course.changes, usual.changes) << "steps of " << step.count() << " ms";
    EXPECT_LE(std::chrono::abs(course.took - usual.took), 10s);
  }
}

// ---- actions that fail

constexpr int kOthers = 20;

// How long the successor of a body under notice takes to be launched, while twenty machines boot
// and `trouble` is at work.
Duration time_to_successor(LocalEc2& ec2, const std::vector<Machine>& machines,
                           const std::function<void()>& trouble) {
  const std::string root = machines.front().volume.id.str();
  EXPECT_TRUE(ec2.watch({machines.front()}, reason_is(Reason::up, "m0"))) << ec2.story();
  const std::string first = ec2.holder(root);
  std::optional<TimePoint> noticed, launched;
  const auto has_successor = [&] {
    const auto living = ec2.living();
    return std::any_of(living.begin(), living.end(), [&](const sim::Json& body) {
      return body.at("instanceId") != first && machine_of(body) == "m0";
    });
  };
  ec2.before_call = [&](const sim::ParamMap&) {
    if (noticed && !launched && has_successor()) launched = ec2.clock().now();
  };
  ec2.watch(
      machines,
      [&](const Watch&) {
        const bool others_boot = ec2.living().size() > kOthers / 2;
        if (!noticed && others_boot) {
          trouble();
          noticed = ec2.clock().now();
          ec2.control("notice", {{"instance_id", first}});
        }
        return launched || (noticed && has_successor());
      },
      10min);
  ec2.before_call = {};
  if (!noticed) return Duration::max();
  return launched.value_or(ec2.clock().now()) - *noticed;
}

std::vector<Machine> machines_for_trouble() {
  auto machines = like_machines(1 + kOthers);
  for (Machine& machine : machines) machine.pool_order = PoolOrder::capacity;
  return machines;
}

// Without these a successor cannot be seen to be needed, or be launched.
bool is_vital(const std::string& action) {
  return action == "DescribeInstances" || action == "DescribeSpotInstanceRequests" ||
         action == "RunInstances";
}

// Every action that a watch was seen to call.
std::vector<std::string> actions_of_a_watch() {
  const auto machines = machines_for_trouble();
  LocalEc2 ec2(world_of(machines), 1);
  std::set<std::string> seen;
  ec2.before_call = [&](const sim::ParamMap& call) { seen.insert(call.at("Action")); };
  ec2.watch(machines, [&](const Watch& watch) {
    return std::all_of(machines.begin(), machines.end(),
                       [&](const Machine& each) { return is_up(watch, each); });
  });
  return {seen.begin(), seen.end()};
}

TEST(FailingActions, NoneDelaysTheSuccessorOfABodyUnderNotice) {
  const auto actions = actions_of_a_watch();
  EXPECT_GE(actions.size(), 8U);
  for (const std::string& action : actions) {
    if (is_vital(action)) continue;
    for (const std::string kind : {"throttle", "error_before", "hang"}) {
      SCOPED_TRACE(action + " " + kind);
      const auto machines = machines_for_trouble();
      LocalEc2 ec2(world_of(machines), 1);
      const Duration time = time_to_successor(ec2, machines, [&] {
        if (kind == "hang") {
          ec2.hanging = {action};
        } else {
          ec2.control("fault", {{"kind", kind}, {"action", action}, {"count", 0}, {"status", 503}});
        }
      });
      EXPECT_LE(time, 25s) << ec2.story();
    }
  }
}

// ---- a network that is away

TEST(LostNetwork, ALaunchEndsWithinSecondsWhenNobodyHasEverAnswered) {
  LocalEc2 ec2;
  ec2.silent_until = ec2.clock().now() + 24h;
  const TimePoint begun = ec2.clock().now();
  const auto failed = ec2.drive(web_machine());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unreachable) << failed.error().describe();
  EXPECT_LE(ec2.clock().now() - begun, 20s);
}

TEST(LostNetwork, ALaunchWaitsOutALossInItsMidst) {
  for (const int call : {2, 5, 9, 14}) {
    SCOPED_TRACE(call);
    LocalEc2 ec2;
    int calls = 0;
    ec2.before_call = [&](const sim::ParamMap&) {
      if (++calls == call) ec2.silent_until = ec2.clock().now() + 8min;
    };
    const TimePoint begun = ec2.clock().now();
    const auto up = ec2.drive(web_machine());
    ASSERT_TRUE(up) << up.error().describe() << ec2.story();
    EXPECT_GE(ec2.clock().now() - begun, 8min);
    EXPECT_TRUE(ec2.serves(kVolume));
  }
}

TEST(LostNetwork, ALossThatLastsEndsWithTheTimeLimit) {
  LocalEc2 ec2;
  int calls = 0;
  ec2.before_call = [&](const sim::ParamMap&) {
    if (++calls == 5) ec2.silent_until = ec2.clock().now() + 24h;
  };
  const TimePoint begun = ec2.clock().now();
  const auto late = ec2.drive(web_machine());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout) << late.error().describe();
  EXPECT_GE(ec2.clock().now() - begun, 15min);
}

TEST(LostNetwork, AWatchThatBeginsWithoutOneGoesOnWhenItComes) {
  LocalEc2 ec2;
  ec2.silent_until = ec2.clock().now() + 30min;
  EXPECT_TRUE(ec2.watch({web_machine()}, [](const Watch& watch) {
    return is_up(watch, web_machine());
  })) << ec2.story();
}

// ---- other people's addresses

std::string subnet_of(LocalEc2& ec2, const std::string& zone) {
  for (const sim::Json& subnet : ec2.resources("subnet")) {
    if (subnet.at("availabilityZone") == zone) return subnet.at("subnetId");
  }
  return {};
}

TEST(ForeignAddresses, OneAtAnInterfaceWithoutAnInstanceIsLeftThere) {
  LocalEc2 ec2;
  ASSERT_EQ(ec2.person("CreateNetworkInterface", {{"SubnetId", subnet_of(ec2, "us-east-1a")}}),
            200);
  const std::string interface =
      ec2.resources("network-interface").back().at("networkInterfaceId").get<std::string>();
  ASSERT_EQ(ec2.person("AssociateAddress", {{"AllocationId", "eipalloc-0aaaaaaaaaaaaaaa1"},
                                            {"NetworkInterfaceId", interface}}),
            200);
  const auto before = ec2.resources("address");

  const auto refused = ec2.drive(web_machine());

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_NE(refused.error().message.find(interface), std::string::npos) << ec2.story();
  EXPECT_EQ(ec2.resources("address"), before);
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

TEST(ForeignAddresses, OneOfAnotherOwnersMachineOfTheSameNameIsLeftAlone) {
  LocalEc2 ec2;
  ASSERT_EQ(ec2.person("CreateTags", {{"ResourceId.1", "eipalloc-0aaaaaaaaaaaaaaa1"},
                                      {"Tag.1.Key", std::string(tag::kOwner)},
                                      {"Tag.1.Value", "somebody"},
                                      {"Tag.2.Key", std::string(tag::kMachine)},
                                      {"Tag.2.Value", "web"}}),
            200);
  const auto refused = ec2.drive(web_machine());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::refused);
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

// A watch brings a machine that it knows back all the same, and says what is wrong with the
// address.
TEST(ForeignAddresses, AMachineWhoseAddressIsLentComesBackWithoutIt) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::up))) << ec2.story();
  const std::string first = ec2.holder(kVolume);
  ASSERT_EQ(ec2.person("CreateNetworkInterface", {{"SubnetId", subnet_of(ec2, "us-east-1a")}}),
            200);
  std::string interface;
  for (const sim::Json& each : ec2.resources("network-interface")) {
    if (!each.contains("attachment")) interface = each.at("networkInterfaceId");
  }
  ASSERT_EQ(ec2.person("AssociateAddress", {{"AllocationId", "eipalloc-0aaaaaaaaaaaaaaa1"},
                                            {"NetworkInterfaceId", interface},
                                            {"AllowReassociation", "true"}}),
            200);
  ec2.control("reclaim", {{"instance_id", first}});

  ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch& watch) {
    const std::string holder = ec2.holder(kVolume);
    return !holder.empty() && holder != first && reason_is(Reason::address_in_use_elsewhere)(watch);
  })) << ec2.story();
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

// ---- disks

// Nothing lives then, and so many volumes are left.
void pause_and_expect_volumes(LocalEc2& ec2, const Machine& machine, std::size_t volumes) {
  const auto paused = ec2.drive(machine, Goal::paused);

  ASSERT_TRUE(paused) << ec2.story();
  ec2.pass(5min);
  EXPECT_TRUE(ec2.living().empty());
  EXPECT_EQ(ec2.resources("volume").size(), volumes);
}

// An image with a second disk, which goes with its instance.
TEST(ImageDisks, ABodyWithASecondImageDiskEndsAndLeavesNoDisk) {
  const std::vector<Machine> machines = like_machines(1);
  sim::Json seed = world_of(machines);
  seed["images"][0]["disks"] = {{{"device", "/dev/sdb"}, {"size_gib", 4}}};
  LocalEc2 ec2(seed, 1);
  ASSERT_TRUE(ec2.drive(machines[0])) << ec2.story();
  EXPECT_EQ(ec2.resources("volume").size(), 3U);

  pause_and_expect_volumes(ec2, machines[0], 1U);
}

// Rule S3: a person's own disk outlives the body, whatever its attachment says.
TEST(ImageDisks, ADiskThatAPersonAttachedOutlivesTheBody) {
  const std::vector<Machine> machines = like_machines(1);
  sim::Json seed = world_of(machines);
  const std::string own = "vol-0bbbbbbbbbbbbbbb1";
  seed["volumes"].push_back({{"volume_id", own}, {"zone", "us-east-1a"}, {"size_gib", 1}});
  LocalEc2 ec2(seed, 1);
  ASSERT_TRUE(ec2.drive(machines[0])) << ec2.story();
  const std::string body = ec2.holder(machines[0].volume.id.str());
  ASSERT_EQ(
      ec2.person("AttachVolume", {{"VolumeId", own}, {"InstanceId", body}, {"Device", "/dev/sdg"}}),
      200);
  ec2.pass(1min);
  ASSERT_EQ(ec2.person("ModifyInstanceAttribute",
                       {{"InstanceId", body},
                        {"BlockDeviceMapping.1.DeviceName", "/dev/sdg"},
                        {"BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"}}),
            200);

  pause_and_expect_volumes(ec2, machines[0], 2U);
}

// ---- copies

// Any restore makes a volume with the root's tags.
TEST(Copies, ATaggedCopyBlocksNeitherLaunchNorPause) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  sim::ParamMap copy{{"AvailabilityZone", "us-east-1a"},
                     {"Size", "8"},
                     {"TagSpecification.1.ResourceType", "volume"}};
  int number = 0;
  for (const sim::Json& volume : ec2.resources("volume")) {
    if (volume.at("volumeId") != kVolume) continue;
    for (const sim::Json& each : volume.at("tagSet")) {
      const std::string name = "TagSpecification.1.Tag." + std::to_string(++number);
      copy.emplace(name + ".Key", each.at("key").get<std::string>());
      copy.emplace(name + ".Value", each.at("value").get<std::string>());
    }
  }
  ASSERT_EQ(ec2.person("CreateVolume", std::move(copy)), 200);
  ec2.pass(1min);

  ASSERT_TRUE(ec2.drive(machine, Goal::paused)) << ec2.story();
  EXPECT_TRUE(ec2.holder(kVolume).empty());
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  EXPECT_FALSE(ec2.holder(kVolume).empty());
}

// ---- guests that are not well

std::string bring_up(LocalEc2& ec2, const Machine& machine = web_machine()) {
  EXPECT_TRUE(ec2.watch({machine}, reason_is(Reason::up))) << ec2.story();
  return ec2.holder(kVolume);
}

TEST(HealthScenario, AHungSystemIsNotCalledUp) {
  LocalEc2 ec2;
  const std::string body = bring_up(ec2);
  ec2.control("hang", {{"instance_id", body}});
  EXPECT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::unhealthy), 10min)) << ec2.story();
  EXPECT_EQ(ec2.holder(kVolume), body);
}

TEST(HealthScenario, ARootThatIsReadOnlyIsNotCalledUp) {
  LocalEc2 ec2;
  const std::string body = bring_up(ec2);
  ec2.control("read_only", {{"instance_id", body}});
  EXPECT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::unhealthy), 20min)) << ec2.story();
}

TEST(HealthScenario, AnImpairedHostIsNotCalledUp) {
  LocalEc2 ec2;
  const std::string body = bring_up(ec2);
  ec2.control("status", {{"instance_id", body}, {"check", "system"}, {"status", "impaired"}});
  EXPECT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::unhealthy), 5min)) << ec2.story();
}

// Its own SSH server answers, under another host key.
TEST(HealthScenario, APrebootSystemThatAnswersIsNotCalledUp) {
  LocalEc2 ec2;
  const std::string body = bring_up(ec2);
  bool fell = false;
  EXPECT_TRUE(ec2.watch(
      {web_machine()},
      [&](const Watch& watch) {
        if (!fell) ec2.guests().fall_back_to_preboot(body);
        fell = true;
        return reason_is(Reason::unhealthy)(watch);
      },
      40min))
      << ec2.story();
}

TEST(HealthScenario, ARestartHelpsAHungSystem) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.on_unhealthy = OnUnhealthy::restart;
  const std::string body = bring_up(ec2, machine);
  ec2.control("hang", {{"instance_id", body}});
  bool ailing = false;
  EXPECT_TRUE(ec2.watch(
      {machine},
      [&](const Watch& watch) {
        ailing = ailing || reason_is(Reason::restarting)(watch);
        return ailing && is_up(watch, machine) && ec2.guests().ssh_answers(kAddress);
      },
      30min))
      << ec2.story();
  EXPECT_EQ(ec2.holder(kVolume), body);
}

TEST(HealthScenario, AnotherInstanceTakesOverFromAHungOne) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.on_unhealthy = OnUnhealthy::replace;
  const std::string body = bring_up(ec2, machine);
  ec2.control("hang", {{"instance_id", body}});
  EXPECT_TRUE(ec2.watch(
      {machine},
      [&](const Watch& watch) { return ec2.holder(kVolume) != body && is_up(watch, machine); },
      40min))
      << ec2.story();
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ec2spotter::scenario
