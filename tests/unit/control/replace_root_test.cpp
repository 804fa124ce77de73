// The executor's checks of engine replace, against an EC2 that answers as it is told.
#include "control/act/replace_root.hpp"

#include <gtest/gtest.h>

#include <set>

#include "control/act/execute.hpp"
#include "told_ec2.hpp"

namespace ec2spotter {
namespace {

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
const VolumeId kRoot("vol-00000000000000001");
const VolumeId kImageDisk("vol-0000000000000000a");
const InstanceId kOther("i-00000000000000002");
const step::ReplaceRoot kStep{kRoot, kBody, 1};

class ReplaceRootTest : public testing::Test {
 protected:
  ReplaceRootTest() {
    machine.name = MachineName("web");
    machine.owner = OwnerId("default");
    machine.engine = Engine::replace;
    seen.volumes = {volume(kRoot)};
    ec2.volumes = {volume(kRoot), volume(kImageDisk)};
    seen.bodies = {body(kBody), body(kOther)};
  }

  static Volume volume(const VolumeId& id) {
    Volume volume;
    volume.id = id;
    return volume;
  }
  static Instance body(const InstanceId& id) {
    Instance body = ToldEc2::a_body(id);
    body.type = "t3.small";
    body.block_devices = {
        {.device = "/dev/xvda", .volume = kImageDisk, .state = AttachmentState::attached}};
    body.tags["ec2spotter:engine"] = "replace";
    return body;
  }
  Result<void> run(const Step& step) { return execute(machine, step, seen, ec2, memory, kNow); }
  void expect_refused(const Step& step, const std::string& rule) {
    const auto done = run(step);
    ASSERT_FALSE(done.has_value());
    EXPECT_NE(done.error().describe().find(rule), std::string::npos) << done.error().describe();
  }

  Machine machine;
  Observation seen;
  Memory memory;
  ToldEc2 ec2;
};

TEST_F(ReplaceRootTest, TheImagesDiskIsNotedBeforeEc2IsAsked) {
  ASSERT_TRUE(run(kStep));
  ASSERT_EQ(ec2.replaced.size(), 1U);
  EXPECT_EQ(ec2.replaced[0].instance, kBody);
  EXPECT_EQ(ec2.replaced[0].volume, kRoot);
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag " + kBody.str(), "replace " + kBody.str()}));
  EXPECT_EQ(ec2.last_tags, (Tags{{"ec2spotter:image-disk", kImageDisk.str()}}));
  EXPECT_TRUE(memory.attach_sent.contains(kBody));
}

TEST_F(ReplaceRootTest, EachAttemptOfEachBodyHasATokenOfItsOwn) {
  std::set<std::string> tokens;
  for (const auto& step :
       {kStep, kStep, step::ReplaceRoot{kRoot, kBody, 2}, step::ReplaceRoot{kRoot, kOther, 1}}) {
    ASSERT_TRUE(run(step));
    tokens.insert(ec2.replaced.back().client_token);
    EXPECT_LE(ec2.replaced.back().client_token.size(), 64U);
  }
  EXPECT_EQ(tokens.size(), 3U) << "a call that is sent again means the same task";
}

TEST_F(ReplaceRootTest, ATaskUnderWayHoldsTheRoot) {
  ec2.tasks = {{RootTaskId("1"), kBody, RootTaskState::in_progress}};
  ASSERT_TRUE(run(kStep)) << "the reply to the call before was lost";
  EXPECT_TRUE(ec2.replaced.empty());
  ec2.tasks[0].instance = kOther;
  expect_refused(kStep, "rule S1");
  expect_refused(step::AttachRoot{kRoot, kBody, "/dev/sdf"}, "rule S1");
  EXPECT_TRUE(ec2.replaced.empty());
  ec2.tasks[0].state = RootTaskState::failed;
  EXPECT_TRUE(run(kStep));
}

TEST_F(ReplaceRootTest, AnAttachedRootIsNotGivenAway) {
  ec2.volumes[0].attachments = {{.instance = kOther, .device = "/dev/xvda"}};
  expect_refused(kStep, "rule S1");
  ec2.volumes[0].attachments[0].instance = kBody;
  EXPECT_TRUE(run(kStep));
  EXPECT_TRUE(ec2.replaced.empty());
}

TEST_F(ReplaceRootTest, ABodyThatMayGetTheRootAtAnyMomentIsNotTerminated) {
  ec2.instances = {body(kBody)};
  ec2.tasks = {{RootTaskId("1"), kBody, RootTaskState::failing}};
  expect_refused(step::TerminateBody{kBody}, "rule S7");
  EXPECT_TRUE(ec2.calls.empty());
  ec2.tasks[0].state = RootTaskState::failed;
  EXPECT_TRUE(run(step::TerminateBody{kBody}));
  EXPECT_EQ(ec2.calls, std::vector<std::string>{"terminate " + kBody.str()});
}

TEST_F(ReplaceRootTest, WhatEc2WouldRefuseIsNotTried) {
  seen.bodies[0].type = "m5.metal";
  auto done = run(kStep);
  ASSERT_FALSE(done.has_value());
  EXPECT_NE(done.error().describe().find("bare metal"), std::string::npos);
  seen.bodies[0].type = "mac2.metal";
  EXPECT_TRUE(run(kStep));
  seen.bodies[0].type = "t3.small";
  ec2.volumes[1].kms_key = "arn:key";
  done = run(kStep);
  ASSERT_FALSE(done.has_value());
  EXPECT_NE(done.error().describe().find("is encrypted"), std::string::npos);
  seen.volumes[0].kms_key = "arn:key";
  EXPECT_TRUE(run(kStep));
  EXPECT_EQ(ec2.replaced.size(), 2U);
}

TEST_F(ReplaceRootTest, AutoRecordsTheEngineAfterIt) {
  machine.engine = Engine::automatic;
  seen.bodies[0].type = "m5.metal";
  for (const auto& [because, engine] : {std::pair("lvm", "swap"), std::pair("menu", "pivot")}) {
    seen.volumes[0].tags["ec2spotter:engine-because"] = because;
    ASSERT_TRUE(run(kStep));
    EXPECT_EQ(ec2.calls.back(), "tag " + kRoot.str());
    EXPECT_EQ(ec2.last_tags,
              (Tags{{"ec2spotter:engine", engine}, {"ec2spotter:engine-because", because}}));
    ASSERT_TRUE(run(step::ChooseEngine{kRoot, Engine::replace, because, kBody}));
    EXPECT_EQ(ec2.last_tags["ec2spotter:engine"], engine)
        << "found out before an instance is launched";
  }
  EXPECT_TRUE(ec2.replaced.empty());
}

TEST_F(ReplaceRootTest, ARefusalOfEc2IsOneForGoodOrNotByItsCode) {
  machine.engine = Engine::automatic;
  for (const char* code : {"InvalidAction", "UnknownParameter", "UnsupportedOperation"}) {
    ec2.replace_error = Error{.code = Errc::invalid, .message = "no", .api_code = code};
    ASSERT_TRUE(run(kStep)) << code;
    EXPECT_EQ(ec2.last_tags["ec2spotter:engine"], "pivot");
  }
  for (const char* code : {"UnauthorizedOperation", "IncorrectState", "RequestLimitExceeded"}) {
    ec2.replace_error = Error{.code = Errc::wrong_state, .message = "no", .api_code = code};
    EXPECT_FALSE(run(kStep)) << code;
  }
  machine.engine = Engine::replace;
  ec2.replace_error =
      Error{.code = Errc::invalid, .message = "no", .api_code = "UnsupportedOperation"};
  EXPECT_FALSE(run(kStep)) << "the file has the last word";
}

}  // namespace
}  // namespace ec2spotter
