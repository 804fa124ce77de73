// An ordinary instance becomes a machine, in virtual time.
#include <gtest/gtest.h>

#include <algorithm>

#include "control/importing/import_instance.hpp"
#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/instance_state.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;
using Effect = CrashPoint::Effect;

// A world with an ordinary instance in it, which has a data volume and the Elastic IP.
class Ordinary {
 public:
  explicit Ordinary(const sim::ParamMap& more = {}) {
    sim::ParamMap launch{{"ImageId", "ami-0aaaaaaaaaaaaaaa1"},
                         {"InstanceType", "t3.small"},
                         {"MinCount", "1"},
                         {"MaxCount", "1"},
                         {"KeyName", "me"},
                         {"Placement.AvailabilityZone", "us-east-1a"},
                         {"TagSpecification.1.ResourceType", "instance"},
                         {"TagSpecification.1.Tag.1.Key", "Name"},
                         {"TagSpecification.1.Tag.1.Value", "shop"},
                         {"TagSpecification.1.Tag.2.Key", "team"},
                         {"TagSpecification.1.Tag.2.Value", "web"}};
    launch.insert(more.begin(), more.end());
    EXPECT_EQ(ec2.person("RunInstances", launch), 200);
    ec2.pass(1min);
    id = InstanceId(ec2.living().front().at("instanceId").get<std::string>());
    EXPECT_EQ(ec2.person("AttachVolume",
                         {{"VolumeId", kVolume}, {"InstanceId", id.str()}, {"Device", "/dev/sdb"}}),
              200);
    EXPECT_EQ(ec2.person("AssociateAddress", {{"AllocationId", "eipalloc-0aaaaaaaaaaaaaaa1"},
                                              {"InstanceId", id.str()}}),
              200);
    ec2.pass(1min);
  }

  Result<ImportSource> look() {
    Process process(ec2, std::nullopt);
    return look_at_source(id, process.controls().ec2);
  }

  std::string state() { return sim::state_name(*ec2.instance(id.str())); }

  Machine machine(const ImportWish& wish) {
    const auto source = look();
    EXPECT_TRUE(source) << source.error().message;
    return imported_machine(*source, wish);
  }

  // One run of the import: its calls are in `calls`.
  Result<void> run(const Machine& machine, bool end_source,
                   std::optional<CrashPoint> crash = std::nullopt) {
    Process process(ec2, crash);
    auto done = import_instance(id, machine, process.controls(), {.end_source = end_source});
    calls = process.calls().size();
    return done;
  }

  LocalEc2 ec2;
  InstanceId id;
  std::size_t calls = 0;
};

ImportWish shop() {
  return {
      .name = MachineName("shop"), .owner = OwnerId("default"), .image = "ami-0aaaaaaaaaaaaaaa1"};
}

const sim::Json* find(const std::vector<sim::Json>& all, const std::string& id) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const sim::Json& volume) {
    return sim::text(volume, "volumeId") == id;
  });
  return found == all.end() ? nullptr : &*found;
}

// The machine can be launched: its disks are there, free, and known as its own.
void expect_taken_over(Ordinary& world, const Machine& machine) {
  const auto volumes = world.ec2.resources("volume");
  const sim::Json* root = find(volumes, machine.volume.id.str());
  const sim::Json* data = find(volumes, kVolume);
  ASSERT_NE(root, nullptr) << "the root is gone";
  ASSERT_NE(data, nullptr);
  for (const sim::Json* volume : {root, data}) {
    EXPECT_EQ(sim::text(*volume, "status"), "available");
    EXPECT_EQ(sim::tag_value(*volume, tag::kMachine), "shop");
  }
  EXPECT_EQ(sim::tag_value(*root, tag::kGoal), "paused");
  EXPECT_EQ(sim::tag_value(*root, tag::kRole), "root");
  EXPECT_EQ(sim::tag_value(*data, tag::kRole), "data");
  EXPECT_FALSE(world.ec2.resources("address").front().contains("instanceId"));
  EXPECT_EQ(world.ec2.violations(), std::vector<std::string>{});
}

TEST(ImportScenario, WhatShapesTheInstanceShapesTheMachine) {
  Ordinary world;
  const Machine machine = world.machine(shop());
  EXPECT_EQ(machine.types, std::vector<std::string>{"t3.small"});
  EXPECT_EQ(machine.markets, std::vector<Market>{Market::spot});
  EXPECT_EQ(machine.key_name, "me");
  EXPECT_EQ(machine.security_groups.size(), 1U);
  EXPECT_FALSE(machine.subnet.empty());
  EXPECT_EQ(machine.elastic_ip, kAddress);
  EXPECT_EQ(machine.instance_name, "") << "it is the machine's name";
  EXPECT_EQ(machine.tags, (Tags{{"team", "web"}}));
  ASSERT_EQ(machine.data_volumes.size(), 1U);
  EXPECT_EQ(machine.data_volumes[0].volume.id, VolumeId(kVolume));
  EXPECT_EQ(machine.data_volumes[0].device, "/dev/sdb");
}

TEST(ImportScenario, AnImportedMachineIsLaunched) {
  Ordinary world;
  const Machine machine = world.machine(shop());
  const auto done = world.run(machine, false);
  ASSERT_TRUE(done) << done.error().message;
  expect_taken_over(world, machine);
  EXPECT_EQ(world.state(), "stopped");
  ASSERT_TRUE(world.ec2.drive(machine)) << world.ec2.story();
  const std::string holder = world.ec2.holder(machine.volume.id.str());
  EXPECT_NE(holder, world.id.str());
  EXPECT_EQ(world.ec2.holder(kVolume), holder);
  EXPECT_EQ(sim::text(world.ec2.resources("address").front(), "instanceId"), holder);
}

TEST(ImportScenario, ASecondRunHasNothingToDo) {
  Ordinary world;
  const Machine machine = world.machine(shop());
  ASSERT_TRUE(world.run(machine, false));
  const auto before = world.ec2.changes();
  ASSERT_TRUE(world.run(machine, false));
  EXPECT_EQ(world.ec2.changes(), before);
}

TEST(ImportScenario, TheSourceIsEndedLaterWhenTheMachineIsUp) {
  Ordinary world;
  const Machine machine = world.machine(shop());
  ASSERT_TRUE(world.run(machine, false));
  ASSERT_TRUE(world.ec2.drive(machine)) << world.ec2.story();
  const std::string holder = world.ec2.holder(machine.volume.id.str());
  ASSERT_TRUE(world.run(machine, true));
  world.ec2.pass(2min);
  EXPECT_EQ(world.state(), "terminated");
  EXPECT_EQ(world.ec2.holder(machine.volume.id.str()), holder);
}

// With and without the end of the source: killed at each of its calls, and run again.
TEST(ImportScenario, KilledAtEachCallTheNextRunGoesOn) {
  for (const bool end_source : {false, true}) {
    Ordinary whole;
    ASSERT_TRUE(whole.run(whole.machine(shop()), end_source));
    const int calls = static_cast<int>(whole.calls);
    ASSERT_GT(calls, 10);
    for (int call = 0; call < calls; ++call) {
      for (const Effect effect : {Effect::none, Effect::done}) {
        SCOPED_TRACE("end_source " + std::to_string(end_source) + ", call " + std::to_string(call) +
                     (effect == Effect::done ? ", done" : ", not sent"));
        Ordinary world;
        const Machine machine = world.machine(shop());
        EXPECT_FALSE(world.run(machine, end_source, CrashPoint{call, effect}));
        const auto done = world.run(machine, end_source);
        ASSERT_TRUE(done) << done.error().message;
        world.ec2.pass(2min);
        expect_taken_over(world, machine);
      }
    }
  }
}

// While the instance still has its disks, a watch of the machine's file leaves it alone, and after
// the import the machine is paused until a person launches it.
TEST(ImportScenario, AWatchDoesNotActInTheMiddle) {
  Ordinary whole;
  ASSERT_TRUE(whole.run(whole.machine(shop()), false));
  for (std::size_t call = 0; call < whole.calls; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    Ordinary world;
    const Machine machine = world.machine(shop());
    (void)world.run(machine, false, CrashPoint{static_cast<int>(call), Effect::done});
    int turns = 0;
    world.ec2.watch({machine}, [&](const Watch&) { return ++turns > 3; });
    ASSERT_EQ(world.ec2.living().size(), 1U) << "it has launched an instance";
    ASSERT_TRUE(world.run(machine, false));
    expect_taken_over(world, machine);
  }
}

// A stop in which EC2 is asked for nothing: somebody turned DeleteOnTermination on again.
TEST(ImportScenario, NoInstanceStopsOrEndsWhileEc2WouldDeleteItsDisk) {
  Ordinary world;
  const Machine machine = world.machine(shop());
  int stops = 0;
  world.ec2.before_call = [&](const sim::ParamMap& call) {
    const std::string& action = call.at("Action");
    if (action == "StopInstances" || action == "TerminateInstances") {
      ++stops;
      const auto source = world.ec2.instance(world.id.str());
      for (const sim::Json& disk : source->at("blockDeviceMapping")) {
        EXPECT_FALSE(disk.at("ebs").at("deleteOnTermination").get<bool>()) << action;
      }
    }
  };
  ASSERT_TRUE(world.run(machine, true));
  EXPECT_EQ(stops, 2);
}

TEST(ImportScenario, AMachineThatHasARootGetsNoSecondOne) {
  Ordinary world;
  Machine other = web_machine();
  other.name = MachineName("shop");
  other.elastic_ip.clear();
  world.ec2.person("DetachVolume", {{"VolumeId", kVolume}});
  world.ec2.pass(1min);
  ASSERT_TRUE(world.ec2.drive(other)) << world.ec2.story();
  const auto done = world.run(world.machine(shop()), false);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("rule S2"), std::string::npos) << done.error().message;
  EXPECT_EQ(world.state(), "running");
  EXPECT_EQ(world.ec2.violations(), std::vector<std::string>{});
}

TEST(ImportScenario, AOneTimeSpotInstanceIsEndedAsEc2StopsNone) {
  Ordinary world(sim::ParamMap{{"InstanceMarketOptions.MarketType", "spot"}});
  const auto source = world.look();
  ASSERT_TRUE(source);
  const auto refused = check_importable(*source, shop());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--terminate-source"), std::string::npos)
      << refused.error().message;
  ImportWish wish = shop();
  wish.end_source = true;
  ASSERT_TRUE(check_importable(*source, wish));
  const Machine machine = world.machine(wish);
  const auto done = world.run(machine, true);
  ASSERT_TRUE(done) << done.error().message;
  expect_taken_over(world, machine);
}

TEST(ImportScenario, WhatIsNotOursToTakeIsRefused) {
  const auto refusal = [](auto change) {
    Ordinary world;
    auto source = world.look();
    EXPECT_TRUE(source);
    change(*source);
    const auto checked = check_importable(*source, shop());
    return checked ? std::string("taken") : checked.error().message;
  };
  const auto tagged = [&](const std::string& key) {
    return refusal([&](ImportSource& s) { s.instance.tags[key] = "web"; });
  };
  EXPECT_EQ(refusal([](ImportSource&) {}), "taken");
  EXPECT_NE(tagged("ec2spotter:role").find("already"), std::string::npos);
  EXPECT_NE(tagged("aws:autoscaling:groupName").find("detach it from the group"),
            std::string::npos);
  EXPECT_NE(tagged("aws:ec2:fleet-id").find("an EC2 Fleet, web"), std::string::npos);
  EXPECT_NE(refusal([](ImportSource& s) { s.instance.platform = "windows"; }).find("windows"),
            std::string::npos);
  EXPECT_NE(refusal([](ImportSource& s) { s.disks.erase(s.disks.begin()); }).find("no EBS volume"),
            std::string::npos);
  EXPECT_NE(refusal([](ImportSource& s) {
              s.disks[1].volume.multi_attach = true;
            }).find("several instances"),
            std::string::npos);
  EXPECT_NE(refusal([](ImportSource& s) {
              s.disks[0].volume.tags = {{"ec2spotter:owner", "x"}, {"ec2spotter:machine", "db"}};
            }).find("is of machine 'db'"),
            std::string::npos);
}

}  // namespace
}  // namespace ec2spotter::scenario
