// Roots, images and copies under KMS keys that EC2 cannot use: what is said, and that the machine
// comes back by itself once a person has cured it.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/tags.hpp"
#include "moving.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

constexpr const char* kAlias = "alias/web";
constexpr const char* kArn =
    "arn:aws:kms:us-east-1:123456789012:key/"
    "11111111-2222-3333-4444-555555555555";

// A machine whose root is under that key.
struct Encrypted {
  Machine machine = like_machines(1).front();
  LocalEc2 ec2{seed(machine), 1};

  static sim::Json seed(const Machine& machine) {
    sim::Json seed = world_of({machine});
    seed["keys"] = {{{"key_id", "11111111-2222-3333-4444-555555555555"}, {"alias", kAlias}}};
    seed["volumes"][0]["kms_key"] = kAlias;
    return seed;
  }
  std::string volume() const { return machine.volume.id.str(); }
  void set_key(const char* state) { ec2.control("key", {{"key", kAlias}, {"state", state}}); }
  std::size_t count(const std::string& change) {
    const auto changes = ec2.changes();
    return static_cast<std::size_t>(std::count(changes.begin(), changes.end(), change));
  }
  // Watches until the reason is that of a key, and gives its text.
  std::string told() {
    std::string text;
    const bool seen = ec2.watch(
        {machine},
        [&](const Watch& watch) {
          const Decision* last = watch.last_decision(machine.name);
          if (last == nullptr || last->reason != Reason::key_refused) return false;
          text = last->detail;
          return true;
        },
        10min);
    EXPECT_TRUE(seen) << ec2.story();
    return text;
  }
  void comes_up() {
    EXPECT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
      return is_up(watch, machine) && ec2.serves(volume());
    })) << ec2.story();
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
    EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  }
};

void expect_parts(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << text;
}

// AttachVolume has one code for a missing grant and for a disabled key.
TEST(KeyScenario, ARootIsNotAttachedWithoutAGrantOrUnderADisabledKey) {
  for (const char* state : {"denied", "disabled"}) {
    SCOPED_TRACE(state);
    Encrypted world;
    ASSERT_TRUE(world.ec2.drive(world.machine));
    world.ec2.control("reclaim", {{"instance_id", world.ec2.holder(world.volume())}});
    world.set_key(state);
    expect_parts(world.told(), {"CustomerKeyHasBeenRevoked", kArn, "kms:CreateGrant", "the caller",
                                "aws kms enable-key"});
    look_after(world.ec2, world.machine, 4min);
    EXPECT_LE(world.count("AttachVolume!"), 7U) << "once a minute";
    EXPECT_EQ(world.ec2.living().size(), 1U);
    world.set_key("enabled");
    world.comes_up();
    EXPECT_EQ(sim::tag_value(root_of(world.ec2), tag::kKeyRefused), tag::kGone);
  }
}

TEST(KeyScenario, ACommandEndsWithTheCure) {
  Encrypted world;
  world.set_key("denied");
  const auto refused = world.ec2.drive(world.machine);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unauthorized);
  expect_parts(refused.error().describe(), {"CustomerKeyHasBeenRevoked", kArn, "kms:CreateGrant"});
  world.set_key("enabled");
  EXPECT_TRUE(world.ec2.drive(world.machine)) << world.ec2.story();
}

TEST(KeyScenario, EachEngineSaysIt) {
  for (Machine machine : {swapping_machine(Market::on_demand), replacing_machine()}) {
    SCOPED_TRACE(to_string(machine.engine));
    Encrypted world;
    world.machine.engine = machine.engine;
    world.machine.markets = machine.markets;
    ASSERT_TRUE(world.ec2.drive(world.machine)) << world.ec2.story();
    EXPECT_EQ(world.ec2.person("TerminateInstances",
                               {{"InstanceId.1", world.ec2.holder(world.volume())}}),
              200);
    world.set_key("disabled");
    const std::string text = world.told();
    expect_parts(text, {kArn, "aws kms enable-key"});
    if (machine.engine == Engine::swap) {
      expect_parts(text, {"InvalidKMSKey.InvalidState", "is disabled or about to be deleted"});
    }
    look_after(world.ec2, world.machine, 4min);
    EXPECT_LE(world.count("StartInstances"), 8U) << "once a minute";
    world.set_key("enabled");
    world.comes_up();
  }
}

// An image whose disk is under the key: EC2 ends each instance at its launch.
std::string encrypted_image(Encrypted& world) {
  EXPECT_EQ(world.ec2.person("RunInstances", {{"ImageId", world.machine.image},
                                              {"InstanceType", "t3.small"},
                                              {"MinCount", "1"},
                                              {"MaxCount", "1"},
                                              {"BlockDeviceMapping.1.DeviceName", "/dev/xvda"},
                                              {"BlockDeviceMapping.1.Ebs.Encrypted", "true"},
                                              {"BlockDeviceMapping.1.Ebs.KmsKeyId", kAlias}}),
            200);
  world.ec2.pass(2min);
  const std::string made_on = world.ec2.living().front().at("instanceId");
  EXPECT_EQ(world.ec2.person("CreateImage", {{"InstanceId", made_on}, {"Name", "encrypted"}}), 200);
  world.ec2.pass(10min);
  EXPECT_EQ(world.ec2.person("TerminateInstances", {{"InstanceId.1", made_on}}), 200);
  world.ec2.pass(2min);
  for (const sim::Json& image : world.ec2.resources("image")) {
    if (sim::text(image, "name") == "encrypted") return image.at("imageId");
  }
  ADD_FAILURE() << "no image was made";
  return {};
}

TEST(KeyScenario, ALaunchFromAnEncryptedImageNamesTheRoleOfSpot) {
  for (const Market market : {Market::spot, Market::on_demand}) {
    SCOPED_TRACE(to_string(market));
    Encrypted world;
    world.machine.image = encrypted_image(world);
    world.machine.markets = {market};
    world.set_key("denied");
    const std::string text = world.told();
    expect_parts(text, {"Client.InternalError", "kms:CreateGrant", "the caller",
                        world.machine.image.c_str()});
    EXPECT_EQ(text.find("AWSServiceRoleForEC2Spot") != std::string::npos, market == Market::spot);
    world.set_key("disabled");
    world.ec2.pass(4min);
    expect_parts(world.told(), {"InvalidKMSKey.InvalidState", "enable-key"});
    world.set_key("enabled");
    world.ec2.pass(4min);
    world.comes_up();
  }
}

// A paused machine moves; EC2 deletes each new volume again, without a word.
TEST(KeyScenario, AMoveNamesTheKeyOfTheRoot) {
  Encrypted world;
  world.machine.zones = {"us-east-1a", kOtherZone};
  ASSERT_TRUE(world.ec2.drive(world.machine));
  ASSERT_TRUE(world.ec2.drive(world.machine, Goal::paused));
  order(world.ec2, world.machine, kOtherZone);
  world.ec2.before_call = [&](const sim::ParamMap& call) {
    if (call.at("Action") == "CreateVolume") world.set_key("denied");
  };
  const auto moved = world.ec2.drive(world.machine, Goal::paused, std::nullopt, 2);
  ASSERT_FALSE(moved);
  expect_parts(moved.error().message, {"move_refused", kArn, "kms:CreateGrant", "enable-key"});
}

TEST(KeyScenario, ASnapshotThatFailsForItsKeyIsTold) {
  Encrypted world;
  ASSERT_TRUE(world.ec2.drive(world.machine));
  ASSERT_TRUE(world.ec2.drive(world.machine, Goal::paused));
  order(world.ec2, world.machine, kOtherZone);
  world.set_key("disabled");
  const auto moved = world.ec2.drive(world.machine, Goal::paused, std::nullopt, 2);
  ASSERT_FALSE(moved);
  expect_parts(moved.error().message, {"move_refused", "Given key ID is not accessible", kArn});
}

// A key of another region: EC2's code says that it does not exist here.
TEST(KeyScenario, AKeyOfAnotherRegionIsTold) {
  Encrypted world;
  world.ec2.control("fault", {{"kind", "refuse"},
                              {"action", "AttachVolume"},
                              {"count", 0},
                              {"code", "InvalidKmsKey.NotFound"},
                              {"message", "The key is not in this region"}});
  expect_parts(world.told(), {"InvalidKmsKey.NotFound", kArn, "copy the snapshot"});
  world.ec2.control("fault", {{"kind", "clear"}});
  world.comes_up();
}

}  // namespace
}  // namespace ec2spotter::scenario
