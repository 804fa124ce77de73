// Machines with data volumes: their instances get them before the root, and they go on with it.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/tags.hpp"
#include "moving.hpp"
#include "unattended_guests.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

// A world with the machine's volumes, whose guests must not be half-up.
class DataScenario : public testing::TestWithParam<Engine> {
 protected:
  explicit DataScenario(Machine of = data_machine(GetParam()))
      : machine(std::move(of)), ec2(world_of({machine}), 1) {
    need_data(ec2, machine);
    for (const DataVolume& each : machine.data_volumes) {
      data.push_back(data_id(machine, each.volume).str());
    }
  }

  void expect_whole() {
    EXPECT_TRUE(alone_in_service(ec2)) << ec2.story();
    ASSERT_NE(ec2.holder(kVolume), "");
    for (const std::string& id : data) EXPECT_EQ(ec2.holder(id), ec2.holder(kVolume)) << id;
    expect_unharmed();
  }
  void expect_unharmed() {
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
    EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  }

  LocalEc2::Enough reason_is(Reason reason) {
    return [this, reason](const Watch& watch) {
      const Decision* last = watch.last_decision(machine.name);
      return last != nullptr && last->reason == reason;
    };
  }

  sim::Json volume(const std::string& id) {
    for (const sim::Json& each : ec2.resources("volume")) {
      if (each.at("volumeId") == id) return each;
    }
    return {};
  }

  Machine machine;
  LocalEc2 ec2;
  std::vector<std::string> data;
};

TEST_P(DataScenario, TheInstanceGetsThemBeforeTheRoot) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  expect_whole();
  for (const std::string& id : data) {
    EXPECT_EQ(sim::tag_value(volume(id), tag::kRole), tag::kRoleData);
    EXPECT_EQ(sim::tag_value(volume(id), tag::kVolume), id);
    EXPECT_EQ(sim::tag_value(volume(id), tag::kMachine), "web");
  }
}

TEST_P(DataScenario, TheyComeBackAfterAReclaimWithANoticeAndOneWithout) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  for (const bool notice : {true, false}) {
    ec2.pass(1min);
    const std::string former = ec2.holder(kVolume);
    sim::Json reclaim{{"instance_id", former}};
    if (notice) reclaim.update({{"notice", true}, {"seconds", 120}});
    ec2.control("reclaim", reclaim);
    watch_until_back(ec2, machine, former);
    expect_whole();
  }
}

TEST_P(DataScenario, APauseEndsWithThemFreeAndAResumeBringsThemBack) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ASSERT_TRUE(ec2.drive(machine, Goal::paused)) << ec2.story();
  EXPECT_TRUE(ec2.living().empty());
  for (const std::string& id : data) EXPECT_EQ(ec2.holder(id), "");
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  expect_whole();
}

INSTANTIATE_TEST_SUITE_P(Engines, DataScenario,
                         testing::Values(Engine::kexec, Engine::pivot, Engine::replace,
                                         Engine::swap),
                         [](const auto& each) { return std::string(to_string(each.param)); });

// With the engine that a file has which names none.
class DataVolumesScenario : public DataScenario {
 protected:
  DataVolumesScenario() : DataScenario(data_machine()) {}
};

TEST_F(DataVolumesScenario, BadInputIsRefusedAndNothingIsChanged) {
  const auto refused = [&](const char* word) {
    const auto launched = ec2.drive(machine);
    ASSERT_FALSE(launched) << word;
    const std::string text = launched.error().describe();
    EXPECT_NE(text.find(word), std::string::npos) << text;
    EXPECT_EQ(ec2.changes(), std::vector<std::string>{}) << word;
  };
  machine.data_volumes[0].volume = parse_volume_name("vol-0aaaaaaaaaaaaaaee");
  refused("data_volume_missing");
  machine.data_volumes[0].volume = parse_volume_name(kVolume);
  refused("data_volume_unusable");
  machine.data_volumes[0].volume = parse_volume_name(data[1]);
  refused("data_volume_unusable");
}

TEST_F(DataVolumesScenario, OneInForeignHandsIsLeftAloneAndTheMachineIsNotBroughtUp) {
  EXPECT_EQ(ec2.person("RunInstances", {{"ImageId", machine.image},
                                        {"InstanceType", "t3.small"},
                                        {"MinCount", "1"},
                                        {"MaxCount", "1"},
                                        {"Placement.AvailabilityZone", "us-east-1a"}}),
            200);
  ec2.pass(1min);
  const std::string foreign = ec2.living().front().at("instanceId");
  EXPECT_EQ(ec2.person("AttachVolume",
                       {{"VolumeId", data[1]}, {"InstanceId", foreign}, {"Device", "/dev/sdg"}}),
            200);
  ec2.pass(1min);
  const auto before = ec2.changes();
  const auto refused = ec2.drive(machine);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().describe().find("data_volume_in_use_elsewhere"), std::string::npos);
  EXPECT_EQ(ec2.changes(), before);
  EXPECT_EQ(ec2.person("DetachVolume", {{"VolumeId", data[1]}}), 200);
  ec2.pass(1min);
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  EXPECT_EQ(ec2.holder(data[1]), ec2.holder(kVolume));
  expect_unharmed();
}

TEST_F(DataVolumesScenario, OneThatTheFileGetsIsAttachedWhileTheMachineRuns) {
  Machine before = machine;
  before.data_volumes.pop_back();
  need_data(ec2, before);
  ASSERT_TRUE(ec2.drive(before)) << ec2.story();
  const std::string body = ec2.holder(kVolume);
  EXPECT_EQ(ec2.holder(data[1]), "");
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && !ec2.holder(data[1]).empty();
  })) << ec2.story();
  EXPECT_EQ(ec2.holder(kVolume), body);
  expect_whole();
}

TEST_F(DataVolumesScenario, AMachineThatWorksStaysUpWhenOneIsMissing) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  const std::string body = ec2.holder(kVolume);
  machine.data_volumes.push_back({parse_volume_name("vol-0aaaaaaaaaaaaaaee"), "/dev/sdi"});
  ec2.recommended = {InstanceId(body)};
  ASSERT_TRUE(ec2.watch({machine}, reason_is(Reason::data_volume_missing))) << ec2.story();
  const auto before = ec2.changes();
  EXPECT_FALSE(ec2.watch({machine}, reason_is(Reason::no_capacity), 30min));
  EXPECT_EQ(ec2.changes(), before);
  EXPECT_EQ(ec2.holder(kVolume), body);
  expect_whole();
}

// Its data volume does not come back: nothing is launched that would be half-up.
TEST_F(DataVolumesScenario, AMachineThatLosesOneWithItsInstanceWaitsForAPerson) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
  ec2.pass(1min);
  EXPECT_EQ(ec2.person("DeleteTags", {{"ResourceId.1", data[1]}, {"Tag.1.Key", "Name"}}), 200);
  ASSERT_TRUE(ec2.watch({machine}, reason_is(Reason::data_volume_missing))) << ec2.story();
  EXPECT_FALSE(ec2.watch({machine}, reason_is(Reason::up), 30min));
  EXPECT_TRUE(ec2.living().empty()) << ec2.story();
  EXPECT_EQ(
      ec2.person("CreateTags",
                 {{"ResourceId.1", data[1]}, {"Tag.1.Key", "Name"}, {"Tag.1.Value", "web-logs"}}),
      200);
  ASSERT_TRUE(ec2.watch({machine}, reason_is(Reason::up))) << ec2.story();
  expect_whole();
}

TEST_F(DataVolumesScenario, OneThatAPersonDetachesIsAttachedAgain) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  const std::string body = ec2.holder(kVolume);
  EXPECT_EQ(ec2.person("DetachVolume", {{"VolumeId", data[0]}}), 200);
  ec2.pass(30s);
  EXPECT_EQ(ec2.holder(data[0]), "");
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && ec2.holder(data[0]) == body;
  })) << ec2.story();
  expect_whole();
}

// The stopped instance gives the root back, and ends; only then are the data volumes free.
TEST_F(DataVolumesScenario, AMachineThatAPersonStopsComesBackWithThem) {
  machine.markets = {Market::on_demand};
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  const std::string former = ec2.holder(kVolume);
  EXPECT_EQ(ec2.person("StopInstances", {{"InstanceId.1", former}}), 200);
  watch_until_back(ec2, machine, former);
  expect_whole();
}

// Rule S3.
TEST_F(DataVolumesScenario, OneThatWouldBeDeletedWithItsInstanceOutlivesIt) {
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ec2.pass(1min);
  const std::string former = ec2.holder(kVolume);
  EXPECT_EQ(ec2.person("ModifyInstanceAttribute",
                       {{"InstanceId", former},
                        {"BlockDeviceMapping.1.DeviceName", "/dev/sdg"},
                        {"BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"}}),
            200);
  ec2.control("reclaim", {{"instance_id", former}, {"notice", true}, {"seconds", 120}});
  watch_until_back(ec2, machine, former);
  expect_whole();
}

// Its instances attach them themselves, with a role that can attach no other machine's.
TEST_F(DataVolumesScenario, AnUnattendedMachineComesBackWithThem) {
  machine.unattended = true;
  UnattendedGuests guests(ec2);
  guests.make_role(machine);
  ec2.before_call = [&](const sim::ParamMap&) { guests.act(); };
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ec2.before_call = {};
  for (const bool notice : {true, false, true}) {
    expect_whole();
    const std::string body = ec2.holder(kVolume);
    sim::Json reclaim{{"instance_id", body}};
    if (notice) reclaim.update({{"notice", true}, {"seconds", 30}});
    ec2.control("reclaim", reclaim);
    ec2.pass(40s);
    ASSERT_TRUE(guests.pass_until_served(machine, 10min));
    EXPECT_NE(ec2.holder(kVolume), body);
  }
  expect_whole();
  ec2.person("CreateVolume", {{"AvailabilityZone", "us-east-1a"}, {"Size", "1"}});
  ec2.pass(1min);
  for (const sim::Json& other : ec2.resources("volume")) {
    if (other.at("status") != "available") continue;
    const std::string id = other.at("volumeId");
    const auto attach = [&] {
      return guests.call_as(
          ec2.holder(kVolume), "AttachVolume",
          {{"VolumeId", id}, {"InstanceId", ec2.holder(kVolume)}, {"Device", "/dev/sdi"}});
    };
    for (const char* whose : {"", "other"}) {
      ec2.person("CreateTags", {{"ResourceId.1", id},
                                {"Tag.1.Key", std::string(tag::kRole)},
                                {"Tag.1.Value", "data"},
                                {"Tag.2.Key", std::string(tag::kMachine)},
                                {"Tag.2.Value", whose}});
      EXPECT_EQ(attach(), "UnauthorizedOperation");
    }
  }
}

// They move with the root, from the same point in time, and what they held is there.
TEST_F(DataVolumesScenario, AMachineWhoseZoneRunsDryMovesWithThem) {
  machine.zone.clear();
  machine.zones = {"us-east-1a", kOtherZone};
  machine.move_after = Duration::zero();
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ec2.pass(1min);
  empty_own_zone(ec2);
  ec2.control("notice", {{"instance_id", ec2.holder(kVolume)}});
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone))) << ec2.story();
  look_after(ec2, machine, 15min);
  const std::string root = root_of(ec2).at("volumeId");
  EXPECT_NE(root, kVolume);
  for (const std::string& id : data) {
    const std::string copy = newest_of(ec2, id);
    EXPECT_NE(copy, id);
    EXPECT_EQ(ec2.holder(copy), ec2.holder(root));
    EXPECT_EQ(sim::tag_value(volume(copy), tag::kOrigin), id);
    EXPECT_EQ(sim::tag_value(volume(copy), tag::kGeneration), "2");
    EXPECT_EQ(sim::tag_value(volume(id), tag::kState), tag::kRetired);
  }
  EXPECT_FALSE(has_leftovers(ec2));
  expect_no_leftovers(ec2);
  expect_unharmed();
  // Its next instance there gets the copies, and what is retired goes in its time.
  const std::string former = ec2.holder(root);
  ec2.control("reclaim", {{"instance_id", former}});
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && ec2.holder(root) != former && alone_in_service(ec2);
  })) << ec2.story();
  machine.keep_retired = Duration::zero();
  look_after(ec2, machine, 15min);
  for (const std::string& id : data) EXPECT_TRUE(volume(id).is_null()) << id;
  expect_unharmed();
}

// Without the claim on them each of two controllers would take its own copy.
TEST_F(DataVolumesScenario, TwoCopiesOfOneWereMadeAndOneIsTaken) {
  machine.zone.clear();
  machine.zones = {"us-east-1a", kOtherZone};
  machine.move_after = Duration::zero();
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  empty_own_zone(ec2);
  ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
  std::string taken;
  ec2.before_call = [&](const sim::ParamMap& call) {
    const auto resource = call.find("ResourceId.1");
    if (!taken.empty() || resource == call.end()) return;
    if (sim::tag_value(volume(resource->second), tag::kFrom) != data[0]) return;
    // The first one has chosen its copies, and is about to say so.
    taken = resource->second;
    make_another(ec2, taken);
    EXPECT_TRUE(ec2.watch({machine}, [&](const Watch&) {
      return root_of(ec2).at("availabilityZone") == kOtherZone;
    })) << ec2.story();
  };
  ASSERT_TRUE(ec2.watch({machine}, in_zone(ec2, machine, kOtherZone))) << ec2.story();
  ec2.before_call = {};
  EXPECT_EQ(newest_of(ec2, data[0]), taken);
  look_after(ec2, machine, 15min);
  EXPECT_EQ(ec2.holder(taken), ec2.holder(newest_of(ec2, kVolume)));
  std::size_t copies = 0;
  for (const sim::Json& each : ec2.resources("volume")) {
    if (sim::tag_value(each, tag::kFrom) == data[0]) ++copies;
  }
  EXPECT_EQ(copies, 1U) << "the others go";
  EXPECT_FALSE(has_leftovers(ec2));
  expect_unharmed();
}

TEST_F(DataVolumesScenario, APausedMachineIsCopiedWithThem) {
  machine.zone.clear();
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  ASSERT_TRUE(ec2.drive(machine, Goal::paused)) << ec2.story();
  order(ec2, machine, kOtherZone);
  ASSERT_TRUE(move(ec2, machine, Goal::paused)) << ec2.story();
  EXPECT_TRUE(ec2.living().empty());
  for (const std::string& id : data) {
    EXPECT_EQ(volume(newest_of(ec2, id)).at("availabilityZone"), kOtherZone);
  }
  ASSERT_TRUE(ec2.drive(machine)) << ec2.story();
  for (const std::string& id : data) {
    EXPECT_EQ(ec2.holder(newest_of(ec2, id)), ec2.holder(newest_of(ec2, kVolume)));
  }
  expect_unharmed();
}

}  // namespace
}  // namespace ec2spotter::scenario
