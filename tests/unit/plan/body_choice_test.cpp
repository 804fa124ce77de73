// Which of several bodies is meant by the machine's name.
#include "plan/choice/body_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "scene.hpp"

namespace ec2spotter {
namespace {

using std::chrono::minutes;

Instance a_newer_body(const InstanceId& id) {
  Instance body = a_body(id);
  body.launch_time += minutes(1);
  return body;
}

void show(Instance& body, const VolumeId& volume) {
  body.block_devices.push_back(
      {.device = "/dev/sdf", .volume = volume, .state = AttachmentState::attached});
}

class BodyChoiceTest : public testing::Test {
 protected:
  BodyChoiceTest() { seen.volumes = {a_volume()}; }

  // EC2 lists bodies in any order.
  void expect_body(const InstanceId& id) {
    for (int turn = 0; turn < 2; ++turn) {
      const Instance* body = choose_body(machine, seen);
      ASSERT_NE(body, nullptr);
      EXPECT_EQ(body->id.str(), id.str());
      std::reverse(seen.bodies.begin(), seen.bodies.end());
    }
  }

  // The body that a watch would end, as it is not to get the root.
  InstanceId surplus() const {
    const Decision decision = plan(machine, {.by_watch = true}, seen, {}, kNow);
    const auto* end = decision.steps.empty()
                          ? nullptr
                          : std::get_if<step::TerminateBody>(&decision.steps.front());
    return end == nullptr ? InstanceId() : end->instance;
  }

  Machine machine = a_machine();
  Observation seen;
};

TEST_F(BodyChoiceTest, ASuccessorThatWaitsIsNotTheMachinesYet) {
  seen = running();
  seen.bodies.push_back(a_newer_body(kSecond));
  seen.bodies.back().tags[std::string(tag::kTakesOver)] = kFirst.str();
  expect_body(kFirst);
}

TEST_F(BodyChoiceTest, WhatHoldsTheRootIsTheMachinesInAnyState) {
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  for (const AttachmentState held :
       {AttachmentState::attaching, AttachmentState::attached, AttachmentState::detaching}) {
    hold(seen.volumes[0], kFirst, held);
    for (const InstanceState state : {InstanceState::running, InstanceState::stopping,
                                      InstanceState::stopped, InstanceState::shutting_down}) {
      for (Instance& body : seen.bodies) {
        if (body.id == kFirst) body.state = state;
      }
      expect_body(kFirst);
    }
  }
}

TEST_F(BodyChoiceTest, AFreeRootIsForTheBodyThatIsToGetIt) {
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  expect_body(kFirst);
  EXPECT_EQ(surplus().str(), kSecond.str());
  hold(seen.volumes[0], kSecond, AttachmentState::detached);
  expect_body(kFirst);
}

TEST_F(BodyChoiceTest, ABodyThatIsLostOrGivenUpGetsNothing) {
  seen.bodies = {a_body(kFirst, InstanceState::shutting_down), a_newer_body(kSecond)};
  expect_body(kSecond);
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  seen.bodies[0].tags[std::string(tag::kRoot)] = to_string(RootMark::silent);
  expect_body(kSecond);
}

TEST_F(BodyChoiceTest, OfBodiesForASwapOneThatIsStoppedForItIsNext) {
  machine.engine = Engine::swap;
  seen.bodies = {a_body(kFirst, InstanceState::stopped), a_newer_body(kSecond)};
  seen.bodies[0].tags[std::string(tag::kEngine)] = to_string(Engine::swap);
  expect_body(kFirst);
}

TEST_F(BodyChoiceTest, ABodyThatShowsTheRootHasItThoughTheVolumeDoesNotSaySo) {
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  for (Instance& body : seen.bodies) {
    if (body.id == kFirst) body.tags[std::string(tag::kRoot)] = "up";
  }
  expect_body(kSecond);
  for (Instance& body : seen.bodies) {
    if (body.id == kFirst) show(body, kVolume);
  }
  expect_body(kFirst);
}

TEST_F(BodyChoiceTest, WhereNoneIsToGetTheRootTheNewestLivingOneIsMeant) {
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  for (Instance& body : seen.bodies) body.tags[std::string(tag::kRoot)] = "up";
  expect_body(kSecond);
  seen.volumes.clear();
  expect_body(kSecond);
}

TEST_F(BodyChoiceTest, OfBodiesThatHaveEndedNoneIsMeant) {
  EXPECT_EQ(choose_body(machine, seen), nullptr);
  seen.bodies = {a_body(kFirst, InstanceState::terminated),
                 a_body(kSecond, InstanceState::stopped)};
  EXPECT_EQ(choose_body(machine, seen), nullptr);
}

TEST_F(BodyChoiceTest, AVolumeInForeignHandsLeavesTheBodyThatWaits) {
  hold(seen.volumes[0], kForeign);
  seen.bodies = {a_body(kFirst)};
  expect_body(kFirst);
}

TEST_F(BodyChoiceTest, WhoHoldsACopyOfTheRootIsNotTheMachines) {
  Volume copy = a_volume();
  copy.id = VolumeId("vol-0000000000000002");
  hold(copy, kSecond);
  seen.volumes = {copy, a_volume()};
  hold(seen.volumes[1], kFirst);
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  expect_body(kFirst);
}

TEST_F(BodyChoiceTest, ARootThatMayNotBeTakenStillTellsItsBody) {
  machine.zone = "us-east-1b";
  hold(seen.volumes[0], kFirst);
  seen.bodies = {a_body(kFirst), a_newer_body(kSecond)};
  expect_body(kFirst);
}

}  // namespace
}  // namespace ec2spotter
