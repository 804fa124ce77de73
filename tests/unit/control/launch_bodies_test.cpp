// A batch of launches: what is asked of EC2, and what each machine remembers of the answer.
#include "control/act/launch_bodies.hpp"

#include <gtest/gtest.h>

#include "aws/wire/error_document.hpp"
#include "model/tags.hpp"
#include "plan/limits.hpp"
#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

// Launches what it is told, with the tags of the call; groups have one name.
class LaunchingEc2 final : public SilentEc2 {
 public:
  std::vector<int> indexes;  // of the instances that there is room for
  std::optional<Error> error;
  std::optional<aws::RunInstancesSpec> asked;

  Result<std::vector<Instance>> run_instances(const aws::RunInstancesSpec& spec) override {
    asked = spec;
    if (error) return fail(*error);
    std::vector<Instance> launched;
    for (const int index : indexes) {
      Instance body;
      body.id = InstanceId("i-" + std::to_string(index));
      body.launch_index = index;
      body.tags = spec.instance_tags;
      launched.push_back(std::move(body));
    }
    return launched;
  }
  Result<std::vector<SecurityGroup>> describe_security_groups(const Filters&) override {
    ++groups_asked;
    return std::vector<SecurityGroup>{{GroupId("sg-1"), "web"}};
  }
  int groups_asked = 0;
};

class LaunchTest : public testing::Test {
 protected:
  LaunchTest() {
    for (int i = 0; i < 3; ++i) {
      Machine& machine = machines_[i];
      machine.name = MachineName("m" + std::to_string(i));
      machine.owner = OwnerId("default");
      machine.image = "ami-1";
      machine.security_groups = {"web"};
      steps[i] = {.pool = kPool,
                  .volume = VolumeId("vol-0000000000000000" + std::to_string(i)),
                  .client_token = "token" + std::to_string(i)};
      batch.push_back({.machine = &machine, .step = &steps[i], .memory = &memories[i]});
    }
    ec2.indexes = {0, 1, 2};
  }

  Result<std::set<std::size_t>> launch() { return launch_bodies(batch, ec2, kNow); }

  const Pool kPool{"t3.small", "us-east-1a", Market::spot};
  LaunchingEc2 ec2;
  std::vector<LaunchOrder> batch;
  Memory memories[3];
  step::LaunchBody steps[3];

 private:
  Machine machines_[3];
};

TEST_F(LaunchTest, OneCallNamesAllMembersInLaunchOrder) {
  const auto without_room = launch();
  ASSERT_TRUE(without_room) << without_room.error().describe();
  EXPECT_TRUE(without_room->empty());
  ASSERT_TRUE(ec2.asked);
  EXPECT_EQ(ec2.asked->count, 3);
  EXPECT_EQ(ec2.asked->pool, kPool);
  EXPECT_EQ(ec2.asked->client_token, batch_token(batch));
  EXPECT_EQ(ec2.groups_asked, 1);
  EXPECT_EQ(ec2.asked->instance_tags,
            (Tags{{"Name", "m0 m1 m2"},
                  {"ec2spotter:machine", "m0 m1 m2"},
                  {"ec2spotter:instance-of",
                   "vol-00000000000000000 vol-00000000000000001 vol-00000000000000002"},
                  {"ec2spotter:owner", "default"},
                  {"ec2spotter:role", "instance"},
                  {"ec2spotter:attempt", "1"}}));
}

TEST_F(LaunchTest, ABodySaysWhomItTakesOverFrom) {
  batch.resize(1);
  ec2.indexes = {0};
  steps[0].takes_over = InstanceId("i-old");
  ASSERT_TRUE(launch());
  EXPECT_EQ(tag::value(ec2.asked->instance_tags, tag::kTakesOver), "i-old");
}

TEST_F(LaunchTest, EachMachineRemembersItsOwnBodyUnderItsOwnNames) {
  ASSERT_TRUE(launch());
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(memories[i].launched.size(), 1U);
    const Instance& body = memories[i].launched.begin()->second;
    EXPECT_EQ(body.id.str(), "i-" + std::to_string(i));
    EXPECT_EQ(tag::value(body.tags, tag::kMachine), "m" + std::to_string(i));
    EXPECT_EQ(tag::value(body.tags, tag::kBodyOf), "vol-0000000000000000" + std::to_string(i));
  }
}

TEST_F(LaunchTest, ThoseWithoutRoomAreToldApart) {
  ec2.indexes = {0, 2};
  const auto without_room = launch();
  ASSERT_TRUE(without_room);
  EXPECT_EQ(*without_room, std::set<std::size_t>{1});
  EXPECT_TRUE(memories[1].launched.empty());
  EXPECT_TRUE(memories[1].closed_pools.empty()) << "EC2 has not said why";
  EXPECT_EQ(memories[2].launched.begin()->first.str(), "i-2");
}

TEST_F(LaunchTest, APoolWithoutCapacityIsClosedForEachMember) {
  for (const Errc code : {Errc::no_capacity, Errc::quota}) {
    ec2.error = Error{.code = code, .message = "none left"};
    const auto without_room = launch();
    ASSERT_TRUE(without_room);
    EXPECT_TRUE(without_room->empty()) << "each knows what to do next";
    for (const Memory& memory : memories) EXPECT_EQ(memory.closed_pools.at(kPool).errc, code);
  }
}

// Captured: c5.large with an image that has no ENA.
constexpr const char* kWithoutEna =
    "<Response><Errors><Error><Code>InvalidParameterCombination</Code><Message>(ENA is required "
    "for "
    "the 'c5.large' instance type)</Message></Error></Errors><RequestID>r</RequestID></Response>";

TEST_F(LaunchTest, ARefusedTypeClosesItsPoolForEachMember) {
  const std::string of_type = kWithoutEna;
  const auto with_code = [&](const std::string& code) {
    std::string reply = of_type;
    return reply.replace(reply.find("InvalidParameterCombination"), 27, code);
  };
  for (const auto& [code, errc] :
       std::vector<std::pair<std::string, Errc>>{{"InvalidParameterCombination", Errc::invalid},
                                                 {"InvalidParameterValue", Errc::invalid},
                                                 {"UnsupportedOperation", Errc::invalid},
                                                 {"Unsupported", Errc::invalid},
                                                 {"InvalidInstanceType", Errc::invalid},
                                                 {"UnauthorizedOperation", Errc::unauthorized},
                                                 {"NewInTheYear2030", Errc::internal}}) {
    for (Memory& memory : memories) memory = {};
    ec2.error = aws::error_from_reply(with_code(code), 400);
    ASSERT_TRUE(launch()) << code;
    for (const Memory& memory : memories) {
      const PoolMark& mark = memory.closed_pools.at(kPool);
      EXPECT_EQ(mark.errc, errc) << code;
      EXPECT_GE(mark.until, kNow + kRefusedPoolLifetime);
      EXPECT_NE(mark.why.find("(ENA is required for the 'c5.large'"), std::string::npos);
    }
  }
}

TEST_F(LaunchTest, WhatIsWrongWithEveryPoolEndsTheLaunch) {
  for (const char* code : {"InvalidAMIID.NotFound", "InvalidKeyPair.NotFound", "VPCIdNotSpecified",
                           "InvalidSubnetID.Malformed", "RequestLimitExceeded"}) {
    ec2.error = aws::error_from_reply("<Response><Errors><Error><Code>" + std::string(code) +
                                          "</Code><Message>m</Message></Error></Errors></Response>",
                                      400);
    EXPECT_FALSE(launch()) << code;
    EXPECT_TRUE(memories[0].closed_pools.empty()) << code;
  }
}

TEST_F(LaunchTest, ASpentTokenIsSpentForEachMember) {
  ec2.error = Error{
      .code = Errc::wrong_state, .message = "ended", .api_code = "IdempotentInstanceTerminated"};
  ASSERT_TRUE(launch());
  for (const Memory& memory : memories) EXPECT_EQ(memory.launch_attempt, 1);
}

TEST_F(LaunchTest, AnotherErrorIsTheBatchs) {
  ec2.error = Error{.code = Errc::unauthorized, .message = "no"};
  const auto failed = launch();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unauthorized);
  for (const Memory& memory : memories) EXPECT_TRUE(memory.launched.empty());
}

}  // namespace
}  // namespace ec2spotter
