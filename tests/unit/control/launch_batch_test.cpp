// Which launches go out together, and what the tags of a batch say.
#include "control/act/launch_batch.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "control/tags/batch_tags.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

using Groups = std::vector<std::vector<std::size_t>>;

// Launches of machines "a0", "a1" ..., alike until a test changes one.
class LaunchBatchTest : public testing::Test {
 protected:
  Machine& add() { return add("a" + std::to_string(machines_.size())); }
  Machine& add(const std::string& name) {
    const std::string number = std::to_string(100 + machines_.size());
    Machine& machine = machines_.emplace_back();
    machine.name = MachineName(name);
    machine.owner = OwnerId("default");
    machine.image = "ami-1";
    step::LaunchBody& step = steps.emplace_back();
    step.pool = {"t3.small", "us-east-1a", Market::spot};
    step.volume = VolumeId("vol-00000000000000" + number);
    step.client_token = "token of " + name;
    return machine;
  }

  std::vector<LaunchOrder> orders() const {
    std::vector<LaunchOrder> all;
    for (std::size_t i = 0; i < machines_.size(); ++i) {
      all.push_back({.machine = &machines_[i], .step = &steps[i]});
    }
    return all;
  }
  Groups groups() const { return group_launches(orders()); }

  std::deque<step::LaunchBody> steps;

 private:
  std::deque<Machine> machines_;
};

TEST_F(LaunchBatchTest, WhatIsAlikeGoesOutTogetherAndWhatIsNotGoesAlone) {
  EXPECT_EQ(groups(), Groups{});
  add();
  EXPECT_EQ(groups(), (Groups{{0}}));
  add().key_name = "other";
  add();
  add().key_name = "other";
  EXPECT_EQ(groups(), (Groups{{0, 2}, {1, 3}}));
}

TEST_F(LaunchBatchTest, EveryPartOfTheCallMustBeTheSame) {
  const std::vector<std::function<void(Machine&, step::LaunchBody&)>> changes{
      [](Machine& m, step::LaunchBody&) { m.owner = OwnerId("somebody"); },
      [](Machine& m, step::LaunchBody&) { m.image = "ami-2"; },
      [](Machine& m, step::LaunchBody&) { m.subnet = "subnet-1"; },
      [](Machine& m, step::LaunchBody&) { m.security_groups = {"web"}; },
      [](Machine& m, step::LaunchBody&) { m.key_name = "me"; },
      [](Machine& m, step::LaunchBody&) { m.max_price = "0.1"; },
      [](Machine& m, step::LaunchBody&) { m.device = "/dev/sdg"; },
      [](Machine& m, step::LaunchBody&) { m.adopt = false; },
      [](Machine& m, step::LaunchBody&) { m.fix_network = true; },
      [](Machine& m, step::LaunchBody&) { m.guest_helper = false; },
      [](Machine& m, step::LaunchBody&) { m.instance_name = "shown"; },
      [](Machine& m, step::LaunchBody&) { m.instance_profile = "reader"; },
      [](Machine& m, step::LaunchBody&) {
        m.tags = {{"team", "web"}};
      },
      [](Machine&, step::LaunchBody& s) { s.pool.instance_type = "t3.medium"; },
      [](Machine&, step::LaunchBody& s) { s.pool.zone = "us-east-1b"; },
      [](Machine&, step::LaunchBody& s) { s.pool.market = Market::on_demand; },
      [](Machine&, step::LaunchBody& s) { s.engine = Engine::pivot; },
      [](Machine&, step::LaunchBody& s) { s.attempt = 2; },
      [](Machine&, step::LaunchBody& s) { s.guest_files = GuestFiles::remove; },
      [](Machine&, step::LaunchBody& s) { s.takes_over = InstanceId("i-1"); },
      [](Machine&, step::LaunchBody& s) { s.takes_over = InstanceId("i-1"); }};
  add();
  for (const auto& change : changes) {
    Machine& machine = add();
    change(machine, steps.back());
  }
  EXPECT_EQ(groups().size(), 1 + changes.size());
}

TEST_F(LaunchBatchTest, WhatDoesNotChangeTheCallDoesNotPartThem) {
  add().types = {"t3.small"};
  add().elastic_ip = "192.0.2.1";
  add().release_on_notice = true;
  add().on_demand_after = std::chrono::minutes(5);
  EXPECT_EQ(groups(), (Groups{{0, 1, 2, 3}}));
}

TEST_F(LaunchBatchTest, ABatchHasTenMembersAtMost) {
  for (int i = 0; i < 25; ++i) add();
  const Groups found = groups();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].size(), kBatchMost);
  EXPECT_EQ(found[1].front(), 10U);
  EXPECT_EQ(found[2], (std::vector<std::size_t>{20, 21, 22, 23, 24}));
}

TEST_F(LaunchBatchTest, TheNamesOfABatchFitIntoOneTag) {
  for (int i = 0; i < 8; ++i) add(std::string(60, static_cast<char>('a' + i)));
  const Groups found = groups();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].size(), 4U) << "four names of 60 and three spaces are 243";
  // A shorter name still fits into what the first has left.
  add("short");
  EXPECT_EQ(groups()[0].back(), 8U);
}

TEST_F(LaunchBatchTest, WhatIsNoLaunchKeepsItsPlaceAlone) {
  add();
  add();
  add();
  add();
  auto mixed = orders();
  mixed[0].step = nullptr;
  mixed[2].step = nullptr;
  EXPECT_EQ(group_launches(mixed), (Groups{{0}, {1, 3}, {2}}));
}

TEST_F(LaunchBatchTest, TheTokenIsThatOfItsMembers) {
  add();
  add();
  add();
  const auto all = orders();
  EXPECT_EQ(batch_token({all[0]}), "token of a0");
  const std::string two = batch_token({all[0], all[1]});
  EXPECT_EQ(two.size(), 64U) << "EC2 takes no longer one";
  EXPECT_EQ(batch_token({all[0], all[1]}), two);
  EXPECT_NE(batch_token({all[0], all[2]}), two);
  EXPECT_NE(batch_token({all[1], all[0]}), two) << "the launch index would mean another machine";
}

Instance body_of_batch(const std::string& machines, const std::string& volumes, int index) {
  Instance body;
  body.launch_index = index;
  body.tags = {{std::string(tag::kMachine), machines}, {std::string(tag::kBodyOf), volumes}};
  return body;
}

std::string own_machine(const std::string& machines, int index) {
  Instance body = body_of_batch(machines, "vol-1", index);
  take_own_names(body);
  return tag::value(body.tags, tag::kMachine);
}

TEST(BatchTagsTest, ABodyIsThatOfTheMachineAtItsLaunchIndex) {
  Instance body = body_of_batch("a b.c d-e", "vol-1 vol-2 vol-3", 1);
  take_own_names(body);
  EXPECT_EQ(tag::value(body.tags, tag::kMachine), "b.c");
  EXPECT_EQ(tag::value(body.tags, tag::kBodyOf), "vol-2");
  EXPECT_EQ(own_machine("a b", 0), "a");
  EXPECT_EQ(own_machine("a b", 1), "b");
}

TEST(BatchTagsTest, OneNameIsTheBodysOwnWhateverItsIndex) {
  EXPECT_EQ(own_machine("a", 7), "a") << "it has been marked since";
  EXPECT_EQ(own_machine("", 0), "");
  EXPECT_EQ(own_machine("a b", 2), "a b") << "nobody's";
  Instance bare;
  take_own_names(bare);
  EXPECT_TRUE(bare.tags.empty());
}

TEST(BatchTagsTest, TheNamesOfAMachineAreThoseOfItsFile) {
  Machine machine;
  machine.name = MachineName("web");
  EXPECT_EQ(
      own_names(machine, VolumeId("vol-1")),
      (Tags{{"Name", "web"}, {"ec2spotter:machine", "web"}, {"ec2spotter:instance-of", "vol-1"}}));
  machine.instance_name = "shown";
  EXPECT_EQ(own_names(machine, VolumeId()),
            (Tags{{"Name", "shown"}, {"ec2spotter:machine", "web"}}));
}

TEST(BatchTagsTest, AMachineIsLookedForAloneFirstLastAndAmongOthers) {
  EXPECT_EQ(name_patterns(MachineName("b")),
            (std::vector<std::string>{"b", "b *", "* b", "* b *"}));
}

}  // namespace
}  // namespace ec2spotter
