// Machines that keep their private address: which interface, and what waits for it.
#include <gtest/gtest.h>

#include "plan/choice/address_choice.hpp"
#include "plan/choice/interface_choice.hpp"
#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr const char* kThere = "us-east-1b";
const InterfaceId kOne("eni-1");
const InterfaceId kTwo("eni-2");

template <class T>
std::optional<T> only_step(const Decision& decision) {
  const T* step = decision.steps.size() == 1 ? std::get_if<T>(&decision.steps[0]) : nullptr;
  return step == nullptr ? std::nullopt : std::optional<T>(*step);
}

Machine keeping() {
  Machine machine = a_machine();
  machine.keeps_private_ip = true;
  return machine;
}

NetworkInterface an_interface(const InterfaceId& id, const InstanceId& at = {},
                              const std::string& zone = "us-east-1a") {
  NetworkInterface interface;
  interface.id = id;
  interface.status = at.empty() ? "available" : "in-use";
  interface.zone = zone;
  interface.private_ip = "172.31.0.5";
  interface.instance = at;
  return interface;
}

void record(Observation& seen, std::string_view value) {
  seen.volumes[0].tags[std::string(tag::kInterface)] = value;
}

// A machine that works on its interface.
Observation on_interface() {
  Observation seen = running();
  seen.interfaces = {an_interface(kOne, kFirst)};
  record(seen, kOne.str());
  return seen;
}

// The same with its instance gone.
Observation at_rest() {
  Observation seen = on_interface();
  seen.volumes[0].state = VolumeState::available;
  seen.volumes[0].attachments.clear();
  seen.bodies.clear();
  seen.interfaces = {an_interface(kOne)};
  return seen;
}

void give_notice(Observation& seen) {
  SpotRequest request;
  request.instance = kFirst;
  request.status = SpotStatus::marked;
  seen.requests = {request};
}

void close_pools(Memory& memory) {
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, "us-east-1a", Market::spot}] = {.why = "no room",
                                                               .until = kNow + 2min};
  }
}

Decision decide(const Observation& seen, const Machine& machine = keeping(),
                const Memory& memory = {}) {
  return plan(machine, {.by_watch = true}, seen, memory, kNow);
}

TEST(InterfaceTest, TheFirstLaunchWaitsForItsInterface) {
  Observation seen = at_rest();
  seen.interfaces.clear();
  seen.volumes[0].tags.erase(std::string(tag::kInterface));
  const auto made = only_step<step::MakeInterface>(decide(seen));
  ASSERT_NE(made, std::nullopt);
  EXPECT_EQ(made->zone, "us-east-1a");
  EXPECT_EQ(made->client_token.size(), 64U);
  Memory memory;
  memory.interface_made = {.id = kOne.str(), .at = kNow - 5s};
  EXPECT_TRUE(decide(seen, keeping(), memory).steps.empty()) << "EC2 may not show it yet";
  memory.interface_made.at = kNow - kStorageShown;
  memory.interface_attempt = 1;
  const auto again = only_step<step::MakeInterface>(decide(seen, keeping(), memory));
  ASSERT_NE(again, std::nullopt);
  EXPECT_NE(again->client_token, made->client_token);
}

TEST(InterfaceTest, TheRootNamesItBeforeAnInstanceIsLaunchedOnIt) {
  Observation seen = at_rest();
  record(seen, tag::kToCome);
  const auto recorded = only_step<step::RecordInterface>(decide(seen));
  ASSERT_NE(recorded, std::nullopt);
  EXPECT_EQ(recorded->interface, kOne);
  record(seen, kOne.str());
  const auto launch = only_step<step::LaunchBody>(decide(seen));
  ASSERT_NE(launch, std::nullopt);
  EXPECT_EQ(launch->interface, kOne);
}

TEST(InterfaceTest, TheTokenOfALaunchHasTheInterfaceInIt) {
  const auto launch = only_step<step::LaunchBody>(decide(at_rest()));
  Observation other = at_rest();
  other.interfaces = {an_interface(kTwo)};
  record(other, kTwo.str());
  const auto other_launch = only_step<step::LaunchBody>(decide(other));
  ASSERT_TRUE(launch && other_launch);
  EXPECT_NE(launch->client_token, other_launch->client_token);
}

TEST(InterfaceTest, TheOneThatTheRootNamesIsTaken) {
  Observation seen = at_rest();
  seen.interfaces = {an_interface(kOne), an_interface(kTwo)};
  record(seen, kTwo.str());
  EXPECT_EQ(choose_interface(seen, seen.volumes[0], "us-east-1a")->id, kTwo);
  record(seen, tag::kToCome);
  EXPECT_EQ(choose_interface(seen, seen.volumes[0], "us-east-1a")->id, kOne);
  seen.bodies = {a_body(kFirst)};
  seen.interfaces[1].instance = kFirst;
  EXPECT_EQ(choose_interface(seen, seen.volumes[0], "us-east-1a")->id, kTwo);
  EXPECT_EQ(choose_interface(seen, seen.volumes[0], kThere), nullptr);
}

TEST(InterfaceTest, ALaunchWaitsUntilTheLastInstanceHasEnded) {
  Observation seen = on_interface();
  give_notice(seen);
  Decision decision = decide(seen);
  EXPECT_TRUE(decision.steps.empty());
  EXPECT_EQ(decision.reason, Reason::waiting_for_interface);
  seen.bodies[0].state = InstanceState::shutting_down;
  decision = decide(seen);
  EXPECT_TRUE(decision.steps.empty());
  EXPECT_EQ(decision.reason, Reason::waiting_for_interface);
}

TEST(InterfaceTest, ReleaseOnNoticeNeedsAnOpenPool) {
  Machine machine = keeping();
  machine.release_on_notice = true;
  Observation seen = on_interface();
  give_notice(seen);
  const auto ended = only_step<step::TerminateBody>(decide(seen, machine));
  ASSERT_NE(ended, std::nullopt);
  EXPECT_EQ(ended->instance, kFirst);
  EXPECT_TRUE(ended->lacks.empty());
  Memory memory;
  close_pools(memory);
  EXPECT_TRUE(decide(seen, machine, memory).steps.empty());
}

// Stopped, silent, or having lost its root: whatever is on the interface without the root makes
// room.
TEST(InterfaceTest, AnInstanceWithoutTheRootGivesTheInterfaceUp) {
  Observation seen = at_rest();
  seen.interfaces = {an_interface(kOne, kFirst)};
  seen.bodies = {a_body(kFirst, InstanceState::stopped)};
  const auto ended = only_step<step::TerminateBody>(decide(seen));
  ASSERT_NE(ended, std::nullopt);
  EXPECT_EQ(ended->lacks, kVolume) << "rule S7: not if it has got the root meanwhile";
  Memory memory;
  memory.terminate_sent[kFirst] = kNow - 1s;
  EXPECT_TRUE(decide(seen, keeping(), memory).steps.empty());
}

TEST(InterfaceTest, NothingIsLaunchedWhileNobodyKnowsWhichInterfacesThereAre) {
  Observation seen = at_rest();
  seen.interfaces.clear();
  seen.interfaces_unread = true;
  const Decision decision = decide(seen);
  EXPECT_TRUE(decision.steps.empty());
  EXPECT_EQ(decision.reason, Reason::waiting_for_interface);
}

// Rule S8: the next one could be launched only after the end of the one that works.
TEST(InterfaceTest, AWorkingInstanceIsNeverHandedOver) {
  Memory memory;
  memory.rebalance = {kFirst};
  Machine machine = keeping();
  machine.on_unhealthy = OnUnhealthy::replace;
  machine.return_to_spot.when = ReturnToSpot::When::always;
  machine.markets = {Market::spot, Market::on_demand};
  Observation seen = on_interface();
  seen.bodies[0].market = Market::on_demand;
  EXPECT_EQ(decide(seen, machine, memory).reason, Reason::up);
  seen.checks[kFirst] = {.instance = kFirst, .guest = "impaired", .impaired_since = kNow - 1h};
  const Decision ailing = decide(seen, machine, memory);
  EXPECT_EQ(ailing.reason, Reason::unhealthy);
  EXPECT_TRUE(ailing.steps.empty());
}

TEST(InterfaceTest, ASuccessorFromAnEarlierFileIsCollected) {
  Observation seen = on_interface();
  seen.bodies.push_back(a_body(kSecond));
  seen.bodies[1].tags[std::string(tag::kTakesOver)] = kFirst.str();
  const auto collected = only_step<step::TerminateBody>(decide(seen));
  ASSERT_NE(collected, std::nullopt);
  EXPECT_EQ(collected->instance, kSecond);
}

TEST(InterfaceTest, TheAddressGoesToTheInterfaceAndStaysThere) {
  Machine machine = keeping();
  machine.elastic_ip = "127.0.0.9";
  Observation seen = on_interface();
  seen.address_wanted = true;
  seen.address.emplace();
  const auto moved = only_step<step::MoveAddress>(decide(seen, machine));
  ASSERT_NE(moved, std::nullopt);
  EXPECT_EQ(moved->interface, kOne);
  // At the kept interface without an instance it is still ours, at another one it is not.
  seen.address->network_interface = kOne;
  EXPECT_EQ(other_user(*seen.address, machine, seen), std::nullopt);
  seen.address->network_interface = kTwo;
  EXPECT_NE(other_user(*seen.address, machine, seen), std::nullopt);
}

TEST(InterfaceTest, InAMoveTheNextInstanceGetsOneInItsOwnZone) {
  Observation seen = at_rest();
  order_move(seen.volumes[0], 2, kThere);
  Snapshot last;
  last.volume = kVolume;
  last.state = SnapshotState::pending;
  last.tags = {{std::string(tag::kPurpose), std::string(to_string(SnapshotPurpose::last))},
               {std::string(tag::kGeneration), "2"}};
  seen.snapshots = {last};
  Machine machine = keeping();
  machine.zones = {"us-east-1a", kThere};
  const auto made = only_step<step::MakeInterface>(decide(seen, machine));
  ASSERT_NE(made, std::nullopt);
  EXPECT_EQ(made->zone, kThere);
  seen.interfaces.push_back(an_interface(kTwo, {}, kThere));
  const auto launch = only_step<step::LaunchBody>(decide(seen, machine));
  ASSERT_NE(launch, std::nullopt) << "the root, which is still the old one, goes on naming its own";
  EXPECT_EQ(launch->interface, kTwo);
}

// The storm found it: the next instance waited for the interface, and the working one for the next.
TEST(InterfaceTest, AMoveDoesNotTurnBackToTheZoneOfTheWorkingInstance) {
  Observation seen = on_interface();
  order_move(seen.volumes[0], 2, kThere);
  seen.zones = {"us-east-1a", kThere};
  Snapshot ahead;
  ahead.volume = kVolume;
  ahead.state = SnapshotState::completed;
  ahead.tags = {{std::string(tag::kPurpose), std::string(to_string(SnapshotPurpose::ahead))},
                {std::string(tag::kGeneration), "2"}};
  seen.snapshots = {ahead};
  Machine machine = keeping();
  machine.zones = seen.zones;
  machine.move_after = 0s;
  Memory memory;
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, kThere, Market::spot}] = {.why = "no room", .until = kNow + 2min};
  }
  memory.spot_missing_since = kNow - 1h;
  EXPECT_TRUE(decide(seen, machine, memory).steps.empty());
  give_notice(seen);
  EXPECT_NE(only_step<step::CancelMove>(decide(seen, machine, memory)), std::nullopt)
      << "EC2 will free the interface";
}

TEST(InterfaceTest, TheOldOneGoesOnlyOnceTheMachineIsUp) {
  Observation seen = on_interface();
  seen.interfaces.push_back(an_interface(kTwo, {}, kThere));
  const auto deleted = only_step<step::DeleteInterface>(decide(seen));
  ASSERT_NE(deleted, std::nullopt);
  EXPECT_EQ(deleted->interface, kTwo);
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  EXPECT_EQ(only_step<step::DeleteInterface>(decide(seen)), std::nullopt) << "it still boots";
}

TEST(InterfaceTest, WithoutTheKeyItGoesOnceItIsFree) {
  Observation seen = on_interface();
  EXPECT_EQ(decide(seen, a_machine()).reason, Reason::up) << "the instance is on it";
  seen.interfaces = {an_interface(kOne)};
  const auto deleted = only_step<step::DeleteInterface>(decide(seen, a_machine()));
  ASSERT_NE(deleted, std::nullopt);
  seen.interfaces.clear();
  EXPECT_EQ(decide(seen, a_machine()).reason, Reason::up) << "EC2 may show one late";
  Memory memory;
  memory.standing = {Reason::up, kNow - kInterfaceShown};
  const auto forgotten = only_step<step::RecordInterface>(decide(seen, a_machine(), memory));
  ASSERT_NE(forgotten, std::nullopt);
  EXPECT_TRUE(forgotten->interface.empty());
  // Nothing says that a machine without a file would not want it.
  Machine by_tags = a_machine();
  by_tags.image.clear();
  seen.interfaces = {an_interface(kOne)};
  EXPECT_EQ(decide(seen, by_tags, memory).reason, Reason::up);
}

TEST(InterfaceTest, AnUnattendedMachineIsRefused) {
  Observation seen = at_rest();
  seen.volumes[0].tags[std::string(tag::kUnattended)] = "true";
  const Decision decision = decide(seen);
  EXPECT_EQ(decision.progress, Decision::Progress::stuck);
  EXPECT_NE(decision.detail.find("private_ip"), std::string::npos) << decision.detail;
}

TEST(InterfaceTest, OnlyMachinesThatMayHaveOneAreAskedAbout) {
  Volume root = a_volume();
  EXPECT_FALSE(may_have_interfaces(a_machine(), {root}));
  EXPECT_TRUE(may_have_interfaces(keeping(), {root}));
  root.tags[std::string(tag::kInterface)] = kOne.str();
  EXPECT_TRUE(may_have_interfaces(a_machine(), {root}));
  root.tags[std::string(tag::kInterface)] = tag::kGone;
  EXPECT_FALSE(may_have_interfaces(a_machine(), {root}));
}

}  // namespace
}  // namespace ec2spotter
