// Engine swap: the way from a launched body to one that boots from the root, and back.
#include <gtest/gtest.h>

#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRootDevice = "/dev/xvda";
const VolumeId kImageDisk("vol-0000000000000000a");

Machine swapping_machine() {
  Machine machine = a_machine();
  machine.engine = Engine::swap;
  return machine;
}

Instance swapped_body(InstanceState state) {
  Instance body = a_body(kFirst, state);
  body.root_device = kRootDevice;
  body.spot_request = SpotRequestId("sir-1");
  body.tags["ec2spotter:engine"] = "swap";
  return body;
}

BlockDevice disk(const VolumeId& volume, AttachmentState state = AttachmentState::attached) {
  return {.device = kRootDevice, .volume = volume, .state = state};
}

SpotRequest request(const char* status_code, const char* state = "disabled") {
  SpotRequest request;
  request.id = SpotRequestId("sir-1");
  request.state = state;
  request.status = parse_spot_status(status_code);
  request.instance = kFirst;
  request.tags = {{"ec2spotter:engine", "swap"}};
  return request;
}

// The root is free, and a body is there that will get it.
Observation with_next(Instance body, const char* status_code) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.bodies = {std::move(body)};
  seen.requests = {request(status_code)};
  return seen;
}

// The body has the root in place.
Observation with_root(InstanceState state, const char* status_code) {
  Observation seen = with_next(swapped_body(state), status_code);
  seen.bodies[0].block_devices = {disk(kVolume)};
  hold(seen.volumes[0], kFirst);
  seen.volumes[0].attachments[0].device = kRootDevice;
  return seen;
}

Decision decide(const Observation& seen, const Machine& machine = swapping_machine(),
                const Memory& memory = {}, Intent intent = {}) {
  return plan(machine, intent, seen, memory, kNow);
}

template <class T>
const T* only_step(const Decision& decision) {
  return decision.steps.size() == 1 ? std::get_if<T>(&decision.steps[0]) : nullptr;
}

TEST(SwappingTest, ABodyIsLaunchedForIt) {
  Observation seen;
  seen.volumes = {a_volume()};
  const Decision decision = decide(seen);
  const auto* launch = only_step<step::LaunchBody>(decision);
  ASSERT_NE(launch, nullptr) << decision.detail;
  EXPECT_EQ(launch->engine, Engine::swap);
}

TEST(SwappingTest, ARunningBodyIsStoppedAtOnce) {
  Instance body = swapped_body(InstanceState::running);
  body.block_devices = {disk(kImageDisk)};
  EXPECT_NE(only_step<step::StopBody>(decide(with_next(body, "fulfilled"))), nullptr);
}

TEST(SwappingTest, NothingIsTakenFromAStoppedBodyBeforeItsRequestSaysSo) {
  Instance body = swapped_body(InstanceState::stopped);
  body.block_devices = {disk(kImageDisk)};
  const Decision early = decide(with_next(body, "fulfilled"));
  EXPECT_TRUE(early.steps.empty());
  EXPECT_EQ(early.reason, Reason::swapping_root);

  const Decision due = decide(with_next(body, "instance-stopped-by-user"));
  const auto* detach = only_step<step::DetachImageDisk>(due);
  ASSERT_NE(detach, nullptr) << due.detail;
  EXPECT_EQ(detach->disk, kImageDisk);
}

TEST(SwappingTest, AnOnDemandBodyHasNoRequestToWaitFor) {
  Instance body = swapped_body(InstanceState::stopped);
  body.market = Market::on_demand;
  body.block_devices = {disk(kImageDisk)};
  Observation seen = with_next(body, "");
  seen.requests.clear();
  EXPECT_NE(only_step<step::DetachImageDisk>(decide(seen)), nullptr);
}

TEST(SwappingTest, TheRootTakesThePlaceOfTheImagesDisk) {
  const Decision decision =
      decide(with_next(swapped_body(InstanceState::stopped), "instance-stopped-by-user"));
  const auto* attach = only_step<step::AttachRoot>(decision);
  ASSERT_NE(attach, nullptr) << decision.detail;
  EXPECT_EQ(attach->device, kRootDevice);
}

TEST(SwappingTest, IsMadeReadyWhileTheOldBodyStillHasTheRoot) {
  Observation seen = with_next(swapped_body(InstanceState::running), "fulfilled");
  seen.bodies.push_back(a_body(kSecond, InstanceState::shutting_down));
  hold(seen.volumes[0], kSecond);
  EXPECT_NE(only_step<step::StopBody>(decide(seen)), nullptr);

  seen.bodies[0].state = InstanceState::stopped;
  seen.requests = {request("instance-stopped-by-user")};
  const Decision ready = decide(seen);
  EXPECT_TRUE(ready.steps.empty());
  EXPECT_EQ(ready.reason, Reason::waiting_for_release);
}

TEST(SwappingTest, IsStartedWithTheRootInPlace) {
  EXPECT_NE(only_step<step::StartBody>(
                decide(with_root(InstanceState::stopped, "instance-stopped-by-user"))),
            nullptr);
  EXPECT_TRUE(decide(with_root(InstanceState::stopped, "fulfilled")).steps.empty());
}

TEST(SwappingTest, TheRootIsTakenFromWhatSpotHasStopped) {
  const Decision decision =
      decide(with_root(InstanceState::stopped, "instance-stopped-no-capacity"));
  EXPECT_NE(only_step<step::DetachRoot>(decision), nullptr) << decision.detail;
}

TEST(SwappingTest, TheRootIsTakenFromWhatFoundNoCapacityToStart) {
  Observation seen = with_root(InstanceState::stopped, "instance-stopped-by-user");
  seen.bodies[0].tags["ec2spotter:root"] = "silent";
  EXPECT_NE(only_step<step::DetachRoot>(decide(seen)), nullptr);

  seen.volumes = {a_volume()};
  seen.bodies[0].block_devices.clear();
  EXPECT_NE(only_step<step::LaunchBody>(decide(seen)), nullptr) << "it is not given back to it";
}

TEST(SwappingTest, ItIsUpWhenItAnswers) {
  Observation seen = with_root(InstanceState::running, "fulfilled");
  seen.reachable[kFirst] = false;
  EXPECT_EQ(decide(seen).reason, Reason::booting);
  seen.reachable[kFirst] = true;
  EXPECT_NE(only_step<step::MarkRoot>(decide(seen)), nullptr);
}

TEST(SwappingTest, ABodyThatNeverGetsReadyIsGivenUp) {
  Instance body = swapped_body(InstanceState::stopping);
  EXPECT_TRUE(decide(with_next(body, "fulfilled")).steps.empty());
  body.launch_time = kNow - kSwapLimit - 1s;
  EXPECT_NE(only_step<step::TerminateBody>(decide(with_next(body, "fulfilled"))), nullptr);
}

TEST(SwappingTest, WhatIsLeftIsTidiedUpWhenTheMachineIsUp) {
  Observation seen = with_root(InstanceState::running, "fulfilled");
  seen.reachable[kFirst] = true;
  seen.bodies[0].tags["ec2spotter:root"] = "up";
  seen.requests[0].state = "active";
  EXPECT_EQ(decide(seen).reason, Reason::up);
  seen.bodies[0].tags["ec2spotter:image-disk"] = kImageDisk.str();
  const Decision decision = decide(seen);
  ASSERT_NE(only_step<step::DeleteImageDisk>(decision), nullptr) << decision.detail;
  EXPECT_EQ(only_step<step::DeleteImageDisk>(decision)->disk, kImageDisk);
  seen.bodies[0].tags["ec2spotter:image-disk"] = "gone";
  EXPECT_EQ(decide(seen).reason, Reason::up);

  seen.requests.push_back(request("instance-terminated-by-user", "open"));
  seen.requests[1].id = SpotRequestId("sir-2");
  seen.requests[1].instance = {};
  EXPECT_NE(only_step<step::CancelRequest>(decide(seen)), nullptr);
  seen.requests[1].state = "active";
  seen.requests[1].instance = kSecond;
  EXPECT_NE(only_step<step::AdoptBody>(decide(seen)), nullptr);
  seen.requests[1].tags.clear();
  EXPECT_EQ(decide(seen).reason, Reason::up) << "one-time requests launch nothing by themselves";
}

}  // namespace
}  // namespace ec2spotter
