// Roots under KMS keys that EC2 cannot use: what is said, and what is still tried.
#include <gtest/gtest.h>

#include "model/launch_shape.hpp"
#include "plan/choice/key_choice.hpp"
#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr const char* kArn = "arn:aws:kms:us-east-1:123456789012:key/1";

// A free root, which EC2 has refused to give to the instance that waits for it.
Observation refused() {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].kms_key = kArn;
  seen.volumes[0].tags[std::string(tag::kKeyRefused)] =
      "CustomerKeyHasBeenRevoked 2026-11-24T11:59:00Z";
  seen.bodies = {a_body(kFirst)};
  seen.boots[kFirst] = {"find", "wait", "", ""};
  return seen;
}

Decision decide(const Observation& seen, const Machine& machine = a_machine(),
                const Memory& memory = {}, bool by_watch = true) {
  return plan(machine, {.by_watch = by_watch}, seen, memory, kNow);
}

void expect_parts(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(KeyTest, ItIsTriedAgainAndTheReasonSaysWhy) {
  const Decision decision = decide(refused());
  EXPECT_EQ(decision.reason, Reason::key_refused);
  ASSERT_EQ(decision.steps.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<step::AttachRoot>(decision.steps[0]));
  expect_parts(decision.detail, {kArn, "2026-11-24T11:59:00Z", "kms:CreateGrant"});
}

TEST(KeyTest, WhatIsTakenBackIsForgotten) {
  Observation seen = refused();
  for (const char* value : {"", "gone", "nonsense"}) {
    seen.volumes[0].tags[std::string(tag::kKeyRefused)] = value;
    EXPECT_EQ(decide(seen).reason, Reason::attaching_root) << value;
    EXPECT_EQ(refused_for_key(seen.volumes[0]), std::nullopt);
  }
}

// The boot program waits for the root for ten minutes; then the key is still what is told.
TEST(KeyTest, AnInstanceThatWaitedInVainIsNotBlamed) {
  Observation seen = refused();
  seen.boots[kFirst] = {"find", "fail", "volume_absent", ""};
  const Decision decision = decide(seen);
  EXPECT_EQ(decision.reason, Reason::key_refused);
  EXPECT_EQ(decision.progress, Decision::Progress::stuck);
  expect_parts(decision.detail, {kArn, "then `pause` and `resume`"});
  seen.boots[kFirst] = {"find", "fail", "no_system", ""};
  EXPECT_EQ(decide(seen).reason, Reason::boot_failed);
}

// A command starts it once more and ends; a watch tries now and then.
TEST(KeyTest, AStoppedInstanceIsStartedNowAndThen) {
  Observation seen = refused();
  seen.volumes[0].tags.erase(std::string(tag::kKeyRefused));
  hold(seen.volumes[0], kFirst);
  seen.volumes[0].attachments[0].device = "/dev/xvda";
  Instance& body = seen.bodies[0];
  body.state = InstanceState::stopped;
  body.market = Market::on_demand;
  body.root_device = "/dev/xvda";
  body.tags[std::string(tag::kEngine)] = "swap";
  body.state_reason_code = "Client.InvalidKMSKey.InvalidState";
  Machine machine = a_machine();
  machine.engine = Engine::swap;
  Memory memory;
  EXPECT_EQ(decide(seen, machine, memory).steps.size(), 1U);
  memory.attach_sent[kFirst] = kNow - 10s;
  const Decision waiting = decide(seen, machine, memory);
  EXPECT_EQ(waiting.reason, Reason::key_refused);
  EXPECT_TRUE(waiting.steps.empty());
  expect_parts(waiting.detail, {kArn, "is disabled or about to be deleted"});
  memory.attach_sent[kFirst] = kNow - kKeyTriedEvery;
  EXPECT_EQ(decide(seen, machine, memory).steps.size(), 1U);
  EXPECT_EQ(decide(seen, machine, memory, false).progress, Decision::Progress::stuck);
}

TEST(KeyTest, AFleetsInstancesNeedRolesOfTheirOwn) {
  Machine machine = a_machine();
  machine.unattended = true;
  Observation seen = refused();
  seen.volumes[0].tags[std::string(tag::kUnattended)] = "true";
  Fleet fleet;
  fleet.id = FleetId("fleet-1");
  fleet.tags[std::string(tag::kMadeFrom)] = fleet_fingerprint(machine);
  seen.fleets = {fleet};
  seen.boots[kFirst] = {"attach", "wait", "CustomerKeyHasBeenRevoked", ""};
  Decision decision = decide(seen, machine);
  EXPECT_EQ(decision.reason, Reason::key_refused);
  expect_parts(decision.detail, {kArn, "setup-role"});
  seen.bodies[0].state = InstanceState::terminated;
  seen.bodies[0].state_reason_code = "Client.InternalError";
  seen.bodies[0].state_reason_message = "Client.InternalError: Client error on launch";
  seen.bodies[0].tags[std::string(tag::kFleetId)] = "fleet-1";
  decision = decide(seen, machine);
  EXPECT_EQ(decision.reason, Reason::key_refused);
  expect_parts(decision.detail, {"AWSServiceRoleForEC2Fleet", "AWSServiceRoleForEC2Spot"});
}

}  // namespace
}  // namespace ec2spotter
