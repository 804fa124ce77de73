// Moves: which step comes next, and what must be so before it.
#include <gtest/gtest.h>

#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr const char* kThere = "us-east-1b";
const VolumeId kNext("vol-0000000000000002");

template <class T>
std::optional<T> only_step(const Decision& decision) {
  const T* step = decision.steps.size() == 1 ? std::get_if<T>(&decision.steps[0]) : nullptr;
  return step == nullptr ? std::nullopt : std::optional<T>(*step);
}

Machine moving_machine() {
  Machine machine = a_machine();
  machine.zones = {"us-east-1a", kThere};
  machine.move_after = 0s;
  return machine;
}

Decision decide(const Observation& seen, const Memory& memory = {}, bool by_watch = true,
                const Machine& machine = moving_machine()) {
  return plan(machine, {.by_watch = by_watch}, seen, memory, kNow);
}

// A machine that works and is ordered to move.
Observation ordered() {
  Observation seen = running();
  order_move(seen.volumes[0], 2, kThere);
  return seen;
}

// The same with its instance gone.
Observation at_rest() {
  Observation seen = ordered();
  seen.volumes[0].state = VolumeState::available;
  seen.volumes[0].attachments.clear();
  seen.bodies.clear();
  return seen;
}

Instance waiting_there() {
  Instance body = a_body(kSecond);
  body.zone = kThere;
  body.tags[std::string(tag::kBodyOf)] = tag::kToCome;
  return body;
}

Snapshot a_snapshot(SnapshotPurpose purpose, SnapshotState state = SnapshotState::completed,
                    const char* id = "snap-1") {
  Snapshot snapshot;
  snapshot.id = SnapshotId(id);
  snapshot.volume = kVolume;
  snapshot.state = state;
  snapshot.started = kNow - 1min;
  snapshot.tags = {{std::string(tag::kPurpose), std::string(to_string(purpose))},
                   {std::string(tag::kGeneration), "2"}};
  return snapshot;
}

Volume a_next_root(VolumeState state = VolumeState::available) {
  Volume volume = a_volume();
  volume.id = kNext;
  volume.zone = kThere;
  volume.state = state;
  volume.tags[std::string(tag::kRole)] = tag::kRoleNext;
  volume.tags[std::string(tag::kGeneration)] = "2";
  volume.tags.erase(std::string(tag::kVolume));
  return volume;
}

void close_own_zone(Memory& memory) {
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, "us-east-1a", Market::spot}] = {.why = "no room",
                                                               .until = kNow + 2min};
  }
}

TEST(MovingTest, AnOrderIsReadAsItWasWritten) {
  for (const MoveOrder& source :
       {MoveOrder{}, MoveOrder{.from = SnapshotId("snap-1")}, {.back_to = VolumeId("vol-1")}}) {
    MoveOrder order = source;
    order.generation = 12;
    order.zone = "us-west-2-lax-1a";
    order.since = kNow;
    EXPECT_EQ(parse_move_order(to_string(order)), order);
    const MoveOrder other{.generation = 12, .zone = "us-west-2a", .since = kNow};
    EXPECT_EQ(with_destination(other, destination_of(order)), order);
    EXPECT_EQ(order.restores(), order.from != other.from || order.back_to != other.back_to);
  }
  for (const char* text :
       {"", "x", "2", "2 us-east-1b", "0 us-east-1b 2026-11-24T12:00:00Z", "2 us-east-1b yesterday",
        "2 us-east-1b 2026-11-24T12:00:00Z snap-1 snap-2"}) {
    EXPECT_EQ(parse_move_order(text), std::nullopt) << text;
  }
}

TEST(MovingTest, TheFirstSnapshotIsTakenWhileTheInstanceWorks) {
  const auto step = only_step<step::TakeSnapshot>(decide(ordered()));
  ASSERT_NE(step, std::nullopt);
  EXPECT_EQ(step->purpose, SnapshotPurpose::ahead);
}

TEST(MovingTest, ThenTheNextInstanceIsLaunchedWhereTheRootWillBe) {
  Observation seen = ordered();
  seen.snapshots = {a_snapshot(SnapshotPurpose::ahead, SnapshotState::pending)};
  const auto launch = only_step<step::LaunchBody>(decide(seen));
  ASSERT_NE(launch, std::nullopt);
  EXPECT_EQ(launch->pool.zone, kThere);
  EXPECT_TRUE(launch->root_to_come);
}

// Rule S8.
TEST(MovingTest, TheWorkingInstanceEndsOnlyWhenTheSnapshotIsDoneAndTheNextOneWaits) {
  Observation seen = ordered();
  seen.bodies.push_back(waiting_there());
  seen.boots[kSecond] = {"find", "wait", "", ""};
  seen.snapshots = {a_snapshot(SnapshotPurpose::ahead, SnapshotState::pending)};
  EXPECT_TRUE(decide(seen).steps.empty());
  seen.snapshots[0].state = SnapshotState::completed;
  seen.boots.clear();
  EXPECT_TRUE(decide(seen).steps.empty());
  seen.boots[kSecond] = {"find", "wait", "", ""};
  const auto end = only_step<step::TerminateBody>(decide(seen));
  ASSERT_NE(end, std::nullopt);
  EXPECT_EQ(end->instance, kFirst);
}

TEST(MovingTest, ARootUnderAnOrderIsGivenToNoInstance) {
  Observation seen = at_rest();
  Instance here = a_body(kFirst);
  here.tags[std::string(tag::kBodyOf)] = kVolume.str();
  seen.bodies = {here, waiting_there()};
  const auto end = only_step<step::TerminateBody>(decide(seen));
  ASSERT_NE(end, std::nullopt) << "the instance in the former zone is of no use";
  EXPECT_EQ(end->instance, kFirst);
  seen.bodies = {waiting_there()};
  EXPECT_NE(only_step<step::TakeSnapshot>(decide(seen)), std::nullopt);
}

TEST(MovingTest, TheLastSnapshotWaitsUntilEverybodySeesTheOrder) {
  Observation seen = at_rest();
  seen.bodies = {waiting_there()};
  const auto order_since = [&](Duration ago) {
    const MoveOrder order{.generation = 2, .zone = kThere, .since = kNow - ago, .from = {}};
    seen.volumes[0].tags[std::string(tag::kMove)] = to_string(order);
  };
  order_since(kOrderShown - 1s);
  EXPECT_TRUE(decide(seen).steps.empty());
  order_since(kOrderShown);
  const auto last = only_step<step::TakeSnapshot>(decide(seen));
  ASSERT_NE(last, std::nullopt);
  EXPECT_EQ(last->purpose, SnapshotPurpose::last);
}

TEST(MovingTest, TheNewVolumeComesFromTheLastSnapshotAlone) {
  Observation seen = at_rest();
  seen.bodies = {waiting_there()};
  seen.snapshots = {a_snapshot(SnapshotPurpose::ahead, SnapshotState::completed, "snap-0"),
                    a_snapshot(SnapshotPurpose::last, SnapshotState::pending)};
  EXPECT_TRUE(decide(seen).steps.empty());
  seen.snapshots[1].state = SnapshotState::completed;
  const auto create = only_step<step::CreateRoot>(decide(seen));
  ASSERT_NE(create, std::nullopt);
  EXPECT_EQ(create->snapshot, SnapshotId("snap-1"));
}

TEST(MovingTest, AFailedSnapshotIsTakenAgainAndThenAPersonIsAsked) {
  Observation seen = at_rest();
  seen.bodies = {waiting_there()};
  for (int failed = 1; failed < kFailedSnapshotsMost; ++failed) {
    seen.snapshots.push_back(a_snapshot(SnapshotPurpose::last, SnapshotState::error));
    EXPECT_NE(only_step<step::TakeSnapshot>(decide(seen)), std::nullopt);
  }
  seen.snapshots.push_back(a_snapshot(SnapshotPurpose::last, SnapshotState::error));
  EXPECT_EQ(decide(seen).reason, Reason::move_refused);
}

TEST(MovingTest, TheNewVolumeBecomesTheRootOnceItIsThere) {
  Observation seen = at_rest();
  seen.bodies = {waiting_there()};
  seen.snapshots = {a_snapshot(SnapshotPurpose::last)};
  seen.volumes.push_back(a_next_root(VolumeState::creating));
  EXPECT_TRUE(decide(seen).steps.empty());
  seen.volumes[1].state = VolumeState::available;
  const auto commit = only_step<step::CommitRoot>(decide(seen));
  ASSERT_NE(commit, std::nullopt);
  EXPECT_EQ(commit->volume, kNext);
}

TEST(MovingTest, WhatWasJustMadeIsNotMadeAgain) {
  Observation seen = at_rest();
  seen.bodies = {waiting_there()};
  Memory memory;
  memory.made = {.id = "snap-7", .at = kNow - 5s};
  EXPECT_TRUE(decide(seen, memory).steps.empty());
  memory.made.at = kNow - kStorageShown;
  EXPECT_NE(only_step<step::TakeSnapshot>(decide(seen, memory)), std::nullopt);
}

// The highest generation decides, whatever else the tags say.
TEST(MovingTest, TheNewestRootIsTheRootWhateverTheTagsOfTheFormerOneSay) {
  Observation seen = at_rest();
  Volume next = a_next_root();
  next.tags[std::string(tag::kRole)] = tag::kRoleRoot;
  next.tags[std::string(tag::kVolume)] = kNext.str();
  next.tags[std::string(tag::kOrigin)] = kVolume.str();
  seen.volumes.push_back(next);
  seen.bodies = {waiting_there()};
  seen.boots[kSecond] = {"find", "wait", "", ""};
  const auto attach = only_step<step::AttachRoot>(decide(seen));
  ASSERT_NE(attach, std::nullopt) << decide(seen).detail;
  EXPECT_EQ(attach->volume, kNext);
  seen.volumes.erase(seen.volumes.begin());
  EXPECT_NE(only_step<step::AttachRoot>(decide(seen)), std::nullopt)
      << "the file names a volume that is collected by now";
}

TEST(MovingTest, ASnapshotIsRestoredWithoutAnotherOne) {
  Observation seen = at_rest();
  seen.bodies = {waiting_there()};
  order_move(seen.volumes[0], 2, kThere, SnapshotId("snap-8"));
  const auto create = only_step<step::CreateRoot>(decide(seen));
  ASSERT_NE(create, std::nullopt);
  EXPECT_EQ(create->snapshot, SnapshotId("snap-8"));
}

// An instance that was launched for the present root waits for that, and knows no other.
TEST(MovingTest, InItsOwnZoneTheNextRootGetsAnInstanceThatWasLaunchedForIt) {
  Observation seen = at_rest();
  order_move(seen.volumes[0], 2, "us-east-1a", SnapshotId("snap-8"));
  Instance early = a_body(kSecond);
  early.tags[std::string(tag::kBodyOf)] = kVolume.str();
  seen.bodies = {early};
  const auto end = only_step<step::TerminateBody>(decide(seen));
  ASSERT_NE(end, std::nullopt);
  EXPECT_EQ(end->instance, kSecond);
  seen.bodies[0].tags[std::string(tag::kBodyOf)] = tag::kToCome;
  EXPECT_NE(only_step<step::CreateRoot>(decide(seen)), std::nullopt);
}

TEST(MovingTest, AFormerRootThatIsChosenBecomesTheRootWithoutACopy) {
  Observation seen = at_rest();
  const MoveOrder order{
      .generation = 3, .zone = "us-east-1a", .since = kNow - 1h, .back_to = kNext};
  seen.volumes[0].tags[std::string(tag::kMove)] = to_string(order);
  seen.volumes[0].tags[std::string(tag::kGeneration)] = "2";
  EXPECT_EQ(decide(seen).reason, Reason::launching_body);
  Instance waiting = waiting_there();
  waiting.zone = "us-east-1a";
  seen.bodies = {waiting};
  EXPECT_EQ(decide(seen).reason, Reason::move_refused) << "it is not there";
  Volume former = a_volume();
  former.id = kNext;
  former.tags[std::string(tag::kVolume)] = kNext.str();
  former.tags[std::string(tag::kState)] = tag::kRetired;
  seen.volumes.push_back(former);
  const auto commit = only_step<step::CommitRoot>(decide(seen));
  ASSERT_NE(commit, std::nullopt) << decide(seen).detail;
  EXPECT_EQ(commit->volume, kNext);
}

// Only a person knows when what it holds is not needed any more.
TEST(MovingTest, WhatARestoreHasReplacedIsKeptForADayWhateverTheFileSays) {
  Machine machine = moving_machine();
  machine.keep_retired = 0s;
  Observation seen = running();
  seen.reachable[kFirst] = true;
  seen.volumes[0].tags[std::string(tag::kGeneration)] = "2";
  Volume former = a_volume();
  former.id = kNext;
  former.tags[std::string(tag::kVolume)] = kNext.str();
  former.tags[std::string(tag::kState)] = tag::kRetired;
  const auto is_deleted = [&](Duration age, const char* source) {
    former.tags[std::string(tag::kRetiredAt)] = format_iso8601(kNow - age);
    order_move(former, 2, "us-east-1a", SnapshotId(source));
    seen.volumes.resize(1);
    seen.volumes.push_back(former);
    return only_step<step::DeleteVolume>(decide(seen, {}, true, machine)).has_value();
  };
  EXPECT_TRUE(is_deleted(1h, ""));
  EXPECT_FALSE(is_deleted(kKeptAfterRestore - 1s, "snap-1"));
  EXPECT_TRUE(is_deleted(kKeptAfterRestore, "snap-1"));
}

TEST(MovingTest, APausedMachineIsCopiedWithoutAnInstance) {
  Observation seen = at_rest();
  seen.volumes[0].tags[std::string(tag::kGoal)] = "paused";
  const Decision decision = plan(moving_machine(), {.goal = Goal::paused}, seen, Memory(), kNow);
  EXPECT_NE(only_step<step::TakeSnapshot>(decision), std::nullopt) << decision.detail;
}

TEST(MovingTest, SnapshotsOfAMoveGoWhenTheNewRootHasComeUpAndNotBefore) {
  Observation seen = running();
  seen.volumes[0].tags[std::string(tag::kGeneration)] = "2";
  seen.volumes[0].tags[std::string(tag::kLeftovers)] = tag::kKept;
  seen.volumes[0].created = kNow - 1h;
  seen.snapshots = {a_snapshot(SnapshotPurpose::last)};
  seen.reachable[kFirst] = true;
  EXPECT_NE(only_step<step::DeleteSnapshot>(decide(seen)), std::nullopt);
  Observation booting = seen;
  booting.bodies[0].tags.erase(std::string(tag::kRoot));
  EXPECT_EQ(only_step<step::DeleteSnapshot>(decide(booting)), std::nullopt);
  seen.snapshots.clear();
  EXPECT_NE(only_step<step::EndMove>(decide(seen)), std::nullopt);
  seen.volumes[0].created = kNow - kClaimsKept + 1s;
  EXPECT_TRUE(decide(seen).steps.empty());
}

TEST(ZoneChoiceTest, AnotherZoneIsTakenWhenItsExpectedTimeIsLess) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].size_gib = 8;
  seen.zones = {"us-east-1a", kThere};
  Memory memory;
  close_own_zone(memory);
  const Decision decision = decide(seen, memory);
  const auto order = only_step<step::OrderMove>(decision);
  ASSERT_NE(order, std::nullopt) << decision.detail;
  EXPECT_EQ(order->order.zone, kThere);
  EXPECT_EQ(order->order.generation, 2);
  ASSERT_EQ(decision.zones.size(), 2U);
  EXPECT_LT(decision.zones[1].time, decision.zones[0].time);
}

// Without a snapshot, all of a large disk has to be stored.
TEST(ZoneChoiceTest, ALargeDiskStaysUntilItHasWaitedAsLongAsTheMoveWouldTake) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].size_gib = 500;
  seen.zones = {"us-east-1a", kThere};
  Memory memory;
  close_own_zone(memory);
  EXPECT_EQ(decide(seen, memory).reason, Reason::no_capacity);
  memory.spot_missing_since = kNow - 1h;
  EXPECT_NE(only_step<step::OrderMove>(decide(seen, memory)), std::nullopt);
  memory.spot_missing_since = kNow - 1min;
  Snapshot backup = a_snapshot(SnapshotPurpose::backup);
  backup.started = kNow - 10min;
  seen.snapshots = {backup};
  EXPECT_NE(only_step<step::OrderMove>(decide(seen, memory)), std::nullopt)
      << "little has changed since the backup";
}

TEST(ZoneChoiceTest, ItStaysWhereNoOtherZoneIsOpenOrAllowed) {
  Observation seen;
  seen.volumes = {a_volume()};
  Memory memory;
  close_own_zone(memory);
  memory.spot_missing_since = kNow - 1h;
  EXPECT_EQ(decide(seen, memory).reason, Reason::no_capacity) << "EC2 names no zone";
  seen.zones = {"us-east-1a", kThere};
  Machine machine = moving_machine();
  machine.zones = {"us-east-1a"};
  EXPECT_EQ(decide(seen, memory, true, machine).reason, Reason::no_capacity);
  machine = moving_machine();
  machine.move_after = 2h;
  EXPECT_EQ(decide(seen, memory, true, machine).reason, Reason::no_capacity);
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, kThere, Market::spot}] = {.why = "no room", .until = kNow + 1min};
  }
  const Decision decision = decide(seen, memory);
  EXPECT_EQ(decision.reason, Reason::no_capacity);
  EXPECT_EQ(decision.zones.size(), 2U);
}

// It lost its instance on the way, where the zone that it goes to has no other one to give.
TEST(ZoneChoiceTest, ARootStaysWhereItIsWhenThatZoneHasCapacityAgain) {
  Observation seen = ordered();
  seen.bodies[0].state = InstanceState::shutting_down;
  seen.zones = {"us-east-1a", kThere};
  seen.snapshots = {a_snapshot(SnapshotPurpose::ahead)};
  Memory memory;
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, kThere, Market::spot}] = {.why = "no room", .until = kNow + 1min};
  }
  const Decision decision = decide(seen, memory);
  EXPECT_NE(only_step<step::CancelMove>(decision), std::nullopt) << decision.detail;
  EXPECT_EQ(only_step<step::CancelMove>(decide(seen, memory, false)), std::nullopt)
      << "a command follows its order";
  seen.bodies[0].state = InstanceState::running;
  EXPECT_EQ(decide(seen, memory).reason, Reason::no_capacity) << "an instance that works can wait";
}

TEST(ZoneChoiceTest, OfZonesThatAreAsQuickTheOneWithTheBetterPoolIsTaken) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.zones = {"us-east-1a", kThere, "us-east-1c"};
  Memory memory;
  close_own_zone(memory);
  Machine machine = moving_machine();
  machine.zones = seen.zones;
  for (const char* type : {"t3.small", "m5.large"}) {
    seen.pools[{type, kThere, Market::spot}] = {.price = 0.02, .placement_score = 3};
    seen.pools[{type, "us-east-1c", Market::spot}] = {.price = 0.01, .placement_score = 2};
  }
  const auto zone = [&](PoolOrder order) {
    machine.pool_order = order;
    const auto step = only_step<step::OrderMove>(decide(seen, memory, true, machine));
    return step ? step->order.zone : std::string();
  };
  EXPECT_EQ(zone(PoolOrder::listed), kThere);
  EXPECT_EQ(zone(PoolOrder::price), "us-east-1c");
  EXPECT_EQ(zone(PoolOrder::capacity), kThere);
}

TEST(ZoneChoiceTest, AnyMeansEveryZoneOfTheRegion) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.zones = {"us-east-1a", "us-east-1c"};
  Memory memory;
  close_own_zone(memory);
  Machine machine = moving_machine();
  machine.zones = {std::string(kAnyZone)};
  const Decision decision = decide(seen, memory, true, machine);
  const auto order = only_step<step::OrderMove>(decision);
  ASSERT_NE(order, std::nullopt) << decision.detail;
  EXPECT_EQ(order->order.zone, "us-east-1c");
}

TEST(BackupsTest, ABackupIsTakenWhenItIsDueAndOldOnesGo) {
  Machine machine = a_machine();
  machine.snapshot_every = 24h;
  machine.keep_snapshots = {.count = 2, .age = 240h};
  Observation seen = running();
  seen.reachable[kFirst] = true;
  const auto step_of = [&] { return decide(seen, {}, true, machine); };
  EXPECT_NE(only_step<step::TakeSnapshot>(step_of()), std::nullopt);
  const auto backup = [](const char* id, Duration age) {
    Snapshot snapshot = a_snapshot(SnapshotPurpose::backup, SnapshotState::completed, id);
    snapshot.started = kNow - age;
    return snapshot;
  };
  seen.snapshots = {backup("snap-1", 23h)};
  EXPECT_TRUE(step_of().steps.empty());
  seen.snapshots.push_back(backup("snap-2", 47h));
  EXPECT_TRUE(step_of().steps.empty());
  seen.snapshots.push_back(backup("snap-3", 71h));
  const Decision over_count = step_of();
  ASSERT_NE(only_step<step::DeleteSnapshot>(over_count), std::nullopt);
  EXPECT_EQ(only_step<step::DeleteSnapshot>(over_count)->snapshot, SnapshotId("snap-3"));
  machine.snapshot_every.reset();
  seen.snapshots = {backup("snap-1", 300h), backup("snap-2", 400h)};
  const Decision too_old = step_of();
  ASSERT_NE(only_step<step::DeleteSnapshot>(too_old), std::nullopt);
  EXPECT_EQ(only_step<step::DeleteSnapshot>(too_old)->snapshot, SnapshotId("snap-2"));
  seen.snapshots.pop_back();
  EXPECT_TRUE(step_of().steps.empty()) << "the last good one stays";
}

}  // namespace
}  // namespace ec2spotter
