#include "moving.hpp"

#include <gtest/gtest.h>

#include "model/tags.hpp"
#include "sim/core/resources/root_volumes.hpp"

namespace ec2spotter::scenario {

Machine moving_machine() {
  Machine machine = web_machine();
  machine.zone.clear();
  machine.zones = {"us-east-1a", kOtherZone};
  machine.move_after = Duration::zero();
  return machine;
}

void empty_own_zone(LocalEc2& ec2) {
  for (const char* type : {"t3.small", "t3.medium"}) ec2.set_capacity(type, "", 0);
}

void give_order(LocalEc2& ec2, MoveOrder order) {
  const sim::Json root = root_of(ec2);
  order.generation = static_cast<int>(sim::generation_of(root)) + 1;
  order.since = ec2.clock().now();
  EXPECT_EQ(ec2.person("CreateTags", {{"ResourceId.1", root.at("volumeId").get<std::string>()},
                                      {"Tag.1.Key", std::string(tag::kMove)},
                                      {"Tag.1.Value", to_string(order)}}),
            200);
}

void order(LocalEc2& ec2, const Machine& /*machine*/, const std::string& zone) {
  give_order(ec2, {.zone = zone});
}

bool move(LocalEc2& ec2, const Machine& machine, Goal goal) {
  const auto wanted = static_cast<int>(sim::generation_of(root_of(ec2))) + 1;
  return ec2.drive(machine, goal, std::nullopt, wanted).has_value();
}

void look_after(LocalEc2& ec2, const Machine& machine, Duration time) {
  ec2.watch(
      {machine}, [](const Watch&) { return false; }, time);
}

sim::Json root_of(LocalEc2& ec2, const std::string& region) {
  sim::Json root;
  for (const sim::Json& volume : ec2.resources("volume", region)) {
    const bool is_root = sim::tag_value(volume, tag::kRole) == tag::kRoleRoot;
    if (is_root && (root.is_null() || sim::generation_of(volume) > sim::generation_of(root))) {
      root = volume;
    }
  }
  return root;
}

LocalEc2::Enough in_zone(LocalEc2& ec2, const Machine& machine, const std::string& zone) {
  return [&ec2, machine, zone](const Watch& watch) {
    return is_up(watch, machine) && root_of(ec2).at("availabilityZone") == zone &&
           alone_in_service(ec2);
  };
}

bool has_leftovers(LocalEc2& ec2, const std::string& region) {
  for (const char* kind : {"snapshot", "launch-template", "volume"}) {
    for (const sim::Json& each : ec2.resources(kind, region)) {
      const std::string role = sim::tag_value(each, tag::kRole);
      const bool backup = sim::tag_value(each, tag::kPurpose) == to_string(SnapshotPurpose::backup);
      const bool leftover =
          role == tag::kRoleSnapshot || role == tag::kRoleClaim || role == tag::kRoleNext;
      if (leftover && !backup) return true;
    }
  }
  return false;
}

void expect_no_leftovers(LocalEc2& ec2) {
  for (const char* kind : {"snapshot", "launch-template"}) {
    for (const sim::Json& each : ec2.resources(kind)) {
      EXPECT_EQ(sim::tag_value(each, tag::kMachine), "") << each.dump();
    }
  }
}

void expect_moved(LocalEc2& ec2, const std::string& zone) {
  const sim::Json root = root_of(ec2);
  EXPECT_EQ(root.at("availabilityZone"), zone);
  EXPECT_NE(root.at("volumeId"), kVolume);
  EXPECT_TRUE(ec2.serves(root.at("volumeId").get<std::string>()));
  EXPECT_EQ(ec2.guests().host_key(kAddress), kVolume) << "the system is the one of the first root";
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.living().size(), 1U);
  std::size_t former = 0;
  for (const sim::Json& volume : ec2.resources("volume")) {
    EXPECT_NE(sim::tag_value(volume, tag::kRole), tag::kRoleNext) << volume.dump();
    if (sim::tag_value(volume, tag::kState) == tag::kRetired) ++former;
  }
  EXPECT_EQ(former, 1U);
  expect_no_leftovers(ec2);
}

void make_another(LocalEc2& ec2, const std::string& made) {
  for (int tries = 0; tries < 20; ++tries) {
    sim::Json volume;
    for (const sim::Json& each : ec2.resources("volume")) {
      if (each.at("volumeId") == made) volume = each;
    }
    sim::ParamMap call{{"AvailabilityZone", volume.at("availabilityZone")},
                       {"SnapshotId", volume.at("snapshotId")},
                       {"TagSpecification.1.ResourceType", "volume"}};
    int number = 0;
    for (const sim::Json& tag : volume.at("tagSet")) {
      const std::string name = "TagSpecification.1.Tag." + std::to_string(++number);
      call[name + ".Key"] = tag.at("key");
      call[name + ".Value"] = tag.at("value");
    }
    ASSERT_EQ(ec2.person("CreateVolume", std::move(call)), 200);
    ec2.pass(std::chrono::seconds(5));
    for (const sim::Json& each : ec2.resources("volume")) {
      const bool other = each.at("snapshotId") == volume.at("snapshotId");
      if (other && each.at("volumeId").get<std::string>() < made) return;
    }
  }
  FAIL() << "no volume has a smaller id than " << made;
}

}  // namespace ec2spotter::scenario
