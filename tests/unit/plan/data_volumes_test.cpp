// Data volumes: which volume is meant, what keeps the machine from it, and when it gets it.
#include <gtest/gtest.h>

#include <functional>

#include "model/launch_shape.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;
using Progress = Decision::Progress;

const VolumeId kData("vol-00000000000000d1");
const VolumeId kLogs("vol-00000000000000d2");

Machine data_machine() {
  Machine machine = a_machine();
  machine.data_volumes = {{.volume = {.id = kData, .name_tag = {}}, .device = "/dev/sdg"},
                          {.volume = {.id = {}, .name_tag = "logs"}, .device = "/dev/sdh"}};
  return machine;
}

Volume a_data_volume(const VolumeId& id) {
  Volume volume = a_volume();
  volume.id = id;
  volume.tags[std::string(tag::kRole)] = tag::kRoleData;
  volume.tags[std::string(tag::kVolume)] = id.str();
  if (id == kLogs) volume.tags[std::string(tag::kName)] = "logs";
  return volume;
}

// Up, with both volumes at the instance.
Observation with_data() {
  Observation seen = running();
  seen.data_volumes = {a_data_volume(kData), a_data_volume(kLogs)};
  for (Volume& volume : seen.data_volumes) hold(volume, kFirst);
  return seen;
}

void set_free(Volume& volume) {
  volume.state = VolumeState::available;
  volume.attachments.clear();
}

// All volumes are free, and an instance waits for them.
Observation waiting() {
  Observation seen = with_data();
  set_free(seen.volumes[0]);
  for (Volume& volume : seen.data_volumes) set_free(volume);
  seen.bodies = {a_body(kSecond)};
  seen.boots[kSecond] = {"find", "wait", "", ""};
  return seen;
}

Decision decide(const Observation& seen, bool by_watch = true, const Memory& memory = {},
                const Machine& machine = data_machine()) {
  return plan(machine, {.by_watch = by_watch}, seen, memory, kNow);
}

void expect_reason(const Decision& decision, Reason reason) {
  EXPECT_EQ(to_string(decision.reason), to_string(reason)) << decision.detail;
}

const char* kStuckText = "see docs/manual/reasons.md";

void expect_stuck(const Decision& decision, Reason reason) {
  expect_reason(decision, reason);
  EXPECT_EQ(decision.progress, Progress::stuck);
  EXPECT_TRUE(decision.steps.empty());
  EXPECT_NE(decision.detail.find(kStuckText), std::string::npos) << decision.detail;
}

TEST(DataVolumesTest, AMachineThatHasThemIsUp) { expect_reason(decide(with_data()), Reason::up); }

TEST(DataVolumesTest, TheNextInstanceGetsThemBeforeTheRoot) {
  Observation seen = waiting();
  const Decision first = decide(seen);
  expect_reason(first, Reason::attaching_data_volume);
  EXPECT_EQ(first.steps, (std::vector<Step>{step::AttachData{kData, kSecond, "/dev/sdg"},
                                            step::AttachData{kLogs, kSecond, "/dev/sdh"}}));
  hold(seen.data_volumes[0], kSecond);
  hold(seen.data_volumes[1], kSecond, AttachmentState::attaching);
  const Decision then = decide(seen);
  expect_reason(then, Reason::waiting_for_attachment);
  EXPECT_TRUE(then.steps.empty());
  hold(seen.data_volumes[1], kSecond);
  expect_reason(decide(seen), Reason::attaching_root);
}

// Rule S1.
TEST(DataVolumesTest, OneThatTheEndingInstanceHoldsIsOnlyWaitedFor) {
  for (const InstanceState state : {InstanceState::shutting_down, InstanceState::terminated}) {
    Observation seen = waiting();
    seen.bodies.push_back(a_body(kFirst, state));
    for (Volume& volume : seen.data_volumes) hold(volume, kFirst);
    const Decision decision = decide(seen);
    expect_reason(decision, Reason::waiting_for_release);
    EXPECT_TRUE(decision.steps.empty());
  }
}

TEST(DataVolumesTest, OneThatIsFreeIsAttachedWhileAnotherIsWaitedFor) {
  Observation seen = waiting();
  seen.bodies.push_back(a_body(kFirst, InstanceState::shutting_down));
  hold(seen.data_volumes[0], kFirst);
  EXPECT_EQ(decide(seen).steps, (std::vector<Step>{step::AttachData{kLogs, kSecond, "/dev/sdh"}}));
}

TEST(DataVolumesTest, OneThatAnInstanceStillShowsIsNotAttached) {
  Observation seen = waiting();
  seen.bodies.push_back(a_body(kFirst, InstanceState::stopping));
  for (const VolumeId& id : {kData, kLogs}) {
    seen.bodies.back().block_devices.push_back({.device = "/dev/sdg", .volume = id});
  }
  const Decision decision = decide(seen);
  expect_reason(decision, Reason::waiting_for_attachment);
  EXPECT_TRUE(decision.steps.empty());
}

TEST(DataVolumesTest, AnInstanceToWhichOneCannotBeAttachedIsGivenUp) {
  Observation seen = waiting();
  for (Volume& volume : seen.data_volumes) {
    hold(volume, kSecond, AttachmentState::attaching);
    volume.attachments[0].since = kNow - kAttachLimit - 1s;
  }
  const Decision decision = decide(seen);
  expect_reason(decision, Reason::attachment_stuck);
  EXPECT_EQ(decision.steps, (std::vector<Step>{step::TerminateBody{kSecond, kVolume}}));
}

TEST(DataVolumesTest, OneThatTheFileHasGotIsAttachedWhileTheMachineRuns) {
  Observation seen = with_data();
  set_free(seen.data_volumes[1]);
  EXPECT_EQ(decide(seen).steps, (std::vector<Step>{step::AttachData{kLogs, kFirst, "/dev/sdh"}}));
}

TEST(DataVolumesTest, ASwappedRootIsStartedOnlyWithThem) {
  Machine machine = data_machine();
  machine.engine = Engine::swap;
  machine.markets = {Market::on_demand};
  Observation seen = with_data();
  Instance& body = seen.bodies[0];
  body.state = InstanceState::stopped;
  body.market = Market::on_demand;
  body.root_device = seen.volumes[0].attachments[0].device = "/dev/xvda";
  body.tags[std::string(tag::kEngine)] = "swap";
  set_free(seen.data_volumes[0]);
  EXPECT_EQ(decide(seen, true, {}, machine).steps,
            (std::vector<Step>{step::AttachData{kData, kFirst, "/dev/sdg"}}));
  hold(seen.data_volumes[0], kFirst);
  const Decision start = decide(seen, true, {}, machine);
  ASSERT_EQ(start.steps.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<step::StartBody>(start.steps[0])) << start.detail;
}

// Rule S4.
TEST(DataVolumesTest, EachIsTaggedBeforeAnythingElseHappensToIt) {
  Observation seen = waiting();
  seen.data_volumes[1].tags = {{std::string(tag::kName), "logs"}};
  const Decision decision = decide(seen);
  expect_reason(decision, Reason::adopting_volume);
  EXPECT_EQ(decision.steps, (std::vector<Step>{step::AdoptData{kLogs}}));
}

struct Trouble {
  Reason reason;
  std::function<void(Observation&)> change;
};

// What keeps a machine from its second data volume.
const std::vector<Trouble>& troubles() {
  static const std::vector<Trouble> kTroubles{
      {Reason::data_volume_missing, [](Observation& seen) { seen.data_volumes.pop_back(); }},
      {Reason::data_volume_ambiguous,
       [](Observation& seen) {
         for (const char* id : {"vol-e1", "vol-e2"}) {
           seen.data_volumes.push_back(a_data_volume(kLogs));
           seen.data_volumes.back().id = VolumeId(id);
           seen.data_volumes.back().tags = {{std::string(tag::kName), "logs"}};
         }
         seen.data_volumes.erase(seen.data_volumes.begin() + 1);
       }},
      {Reason::data_volume_in_other_zone,
       [](Observation& seen) { seen.data_volumes[1].zone = "us-east-1b"; }},
      {Reason::data_volume_in_use_elsewhere,
       [](Observation& seen) { hold(seen.data_volumes[1], kForeign); }},
      {Reason::data_volume_unusable,
       [](Observation& seen) { seen.data_volumes[1].multi_attach = true; }},
      {Reason::data_volume_unusable,
       [](Observation& seen) { seen.data_volumes[1].state = VolumeState::error; }},
      {Reason::data_volume_unusable,
       [](Observation& seen) { seen.data_volumes[1].tags[std::string(tag::kMachine)] = "other"; }},
      {Reason::data_volume_unusable,
       [](Observation& seen) { seen.data_volumes[1].tags[std::string(tag::kRole)] = "root"; }},
      {Reason::data_volume_unusable,
       [](Observation& seen) {
         seen.data_volumes[1] = seen.volumes[0];
         seen.data_volumes[1].tags[std::string(tag::kName)] = "logs";
       }},
      {Reason::data_volume_unusable,
       [](Observation& seen) {
         seen.data_volumes.pop_back();
         seen.data_volumes[0].tags[std::string(tag::kName)] = "logs";
       }},
  };
  return kTroubles;
}

TEST(DataVolumesTest, WithoutOneOfThemTheMachineIsNotBroughtUp) {
  for (const auto& [reason, change] : troubles()) {
    for (const bool with_instance : {true, false}) {
      Observation seen = waiting();
      if (!with_instance) seen.bodies.clear();
      change(seen);
      expect_stuck(decide(seen), reason);
    }
  }
}

TEST(DataVolumesTest, AnInstanceThatWaitsForAMissingOneForLongIsEnded) {
  Observation seen = waiting();
  seen.data_volumes.pop_back();
  Memory memory;
  memory.standing = {Reason::data_volume_missing, kNow - kMissingFor};
  const Decision decision = decide(seen, true, memory);
  expect_reason(decision, Reason::collecting_body);
  EXPECT_EQ(decision.steps, (std::vector<Step>{step::TerminateBody{kSecond, kVolume}}));
}

// A machine that is launched for the first time is not even tagged.
TEST(DataVolumesTest, BadInputIsRefusedBeforeAnythingIsDone) {
  for (const auto& [reason, change] : troubles()) {
    Observation seen = waiting();
    seen.bodies.clear();
    seen.volumes[0].tags.clear();
    change(seen);
    expect_stuck(decide(seen, false), reason);
  }
}

TEST(DataVolumesTest, AMachineThatWorksStaysUpAndSaysSo) {
  for (const auto& [reason, change] : troubles()) {
    Observation seen = with_data();
    change(seen);
    expect_stuck(decide(seen), reason);
    // Nor does it leave its instance for one that would lack the volume, too.
    Memory memory;
    memory.rebalance = {kFirst};
    expect_stuck(decide(seen, true, memory), reason);
  }
}

TEST(DataVolumesTest, ADeviceThatAnotherDiskHasIsNamed) {
  Observation seen = waiting();
  seen.bodies[0].block_devices = {
      {.device = "xvdh", .volume = VolumeId("vol-9"), .state = AttachmentState::attached}};
  expect_stuck(decide(seen), Reason::data_volume_unusable);
}

TEST(DataVolumesTest, OneThatIsBeingCreatedIsWaitedFor) {
  Observation seen = waiting();
  seen.data_volumes[1].state = VolumeState::creating;
  const Decision decision = decide(seen);
  expect_reason(decision, Reason::waiting_for_volume);
  EXPECT_EQ(decision.progress, Progress::going);
  EXPECT_TRUE(decision.steps.empty());
}

TEST(DataVolumesTest, ACopyWithTheTagsOfOneIsNotTakenForIt) {
  Observation seen = with_data();
  seen.data_volumes.push_back(seen.data_volumes[1]);
  seen.data_volumes.back().id = VolumeId("vol-e1");
  set_free(seen.data_volumes.back());
  expect_reason(decide(seen), Reason::up);
}

// Rule S3.
TEST(DataVolumesTest, OneThatWouldBeDeletedWithItsInstanceIsCuredOfThat) {
  for (const Goal goal : {Goal::up, Goal::paused}) {
    Observation seen = with_data();
    seen.volumes[0].tags[std::string(tag::kGoal)] = to_string(goal);
    seen.data_volumes[1].attachments[0].delete_on_termination = true;
    const Decision decision =
        plan(data_machine(), {.goal = goal, .by_watch = true}, seen, {}, kNow);
    expect_reason(decision, Reason::protecting_root);
    EXPECT_EQ(decision.steps, (std::vector<Step>{step::ProtectRoot{kLogs, kFirst, "/dev/sdf"}}));
  }
}

TEST(DataVolumesTest, APauseEndsWithThemFree) {
  Observation seen = with_data();
  seen.volumes[0] = a_volume(Goal::paused);
  seen.bodies[0].state = InstanceState::shutting_down;
  const auto pause = [&] { return plan(data_machine(), {.goal = Goal::paused}, seen, {}, kNow); };
  expect_reason(pause(), Reason::waiting_for_release);
  for (Volume& volume : seen.data_volumes) set_free(volume);
  expect_reason(pause(), Reason::paused);
}

constexpr const char* kThere = "us-east-1b";

// The root at rest under an order, with its last snapshot and the volume that will be the root.
Observation moving() {
  Observation seen = waiting();
  order_move(seen.volumes[0], 2, kThere);
  seen.bodies[0].zone = kThere;
  seen.bodies[0].tags[std::string(tag::kBodyOf)] = tag::kToCome;
  for (const VolumeId& id : {kVolume, kData, kLogs}) {
    Snapshot last;
    last.id = SnapshotId("snap-" + id.str());
    last.volume = id;
    last.state = SnapshotState::completed;
    last.started = kNow - 1min;
    last.tags = {{std::string(tag::kPurpose), "last"}, {std::string(tag::kGeneration), "2"}};
    seen.snapshots.push_back(last);
  }
  Volume next = a_volume();
  next.id = VolumeId("vol-n1");
  next.zone = kThere;
  next.tags[std::string(tag::kRole)] = tag::kRoleNext;
  next.tags[std::string(tag::kGeneration)] = "2";
  seen.volumes.push_back(next);
  return seen;
}

Volume a_copy(const VolumeId& of, const char* id) {
  Volume copy = a_data_volume(of);
  copy.id = VolumeId(id);
  copy.zone = kThere;
  copy.tags.erase(std::string(tag::kVolume));
  copy.tags[std::string(tag::kFrom)] = copy.tags[std::string(tag::kOrigin)] = of.str();
  copy.tags[std::string(tag::kGeneration)] = "2";
  return copy;
}

template <class T>
const T* step_of(const Decision& decision) {
  return decision.steps.size() == 1 ? std::get_if<T>(&decision.steps[0]) : nullptr;
}

// Rule S5.
TEST(DataVolumesTest, TheRootIsCommittedOnlyWhenEachHasItsCopy) {
  Observation seen = moving();
  seen.snapshots.pop_back();
  const Decision snapshot = decide(seen);
  ASSERT_NE(step_of<step::TakeSnapshot>(snapshot), nullptr) << snapshot.detail;
  EXPECT_EQ(*step_of<step::TakeSnapshot>(snapshot),
            (step::TakeSnapshot{kLogs, SnapshotPurpose::last, 2, kVolume}));

  seen = moving();
  hold(seen.data_volumes[0], kFirst);
  seen.bodies.push_back(a_body(kFirst, InstanceState::shutting_down));
  expect_reason(decide(seen), Reason::waiting_for_release);

  seen = moving();
  seen.data_volumes.push_back(a_copy(kData, "vol-c1"));
  const Decision create = decide(seen);
  ASSERT_NE(step_of<step::CreateData>(create), nullptr) << create.detail;
  EXPECT_EQ(step_of<step::CreateData>(create)->former, kLogs);

  seen.data_volumes.push_back(a_copy(kLogs, "vol-c2"));
  seen.data_volumes.back().state = VolumeState::creating;
  const Decision wait = decide(seen);
  expect_reason(wait, Reason::moving_root);
  EXPECT_TRUE(wait.steps.empty());

  seen.data_volumes.back().state = VolumeState::available;
  const Decision commit = decide(seen);
  ASSERT_NE(step_of<step::CommitRoot>(commit), nullptr) << commit.detail;
  EXPECT_EQ(step_of<step::CommitRoot>(commit)->data,
            (std::vector<VolumeId>{VolumeId("vol-c1"), VolumeId("vol-c2")}));
}

TEST(DataVolumesTest, TheRootsGenerationDecidesWhichCopyCounts) {
  Observation seen = waiting();
  Volume newer = a_copy(kData, "vol-c1");
  newer.zone = "us-east-1a";
  newer.tags[std::string(tag::kVolume)] = "vol-c1";
  seen.data_volumes.push_back(newer);
  const auto given = [&] {
    const Decision decision = decide(seen);
    return decision.steps.empty() ? VolumeId()
                                  : std::get<step::AttachData>(decision.steps[0]).volume;
  };
  EXPECT_EQ(given(), kData) << "it belongs to a root that does not exist yet";
  seen.volumes[0].tags[std::string(tag::kGeneration)] = "2";
  EXPECT_EQ(given(), VolumeId("vol-c1"));
  seen.data_volumes[2].tags.erase(std::string(tag::kVolume));
  EXPECT_EQ(given(), kData) << "another copy was chosen, or none yet";
}

Machine unattended_machine() {
  Machine machine = data_machine();
  machine.unattended = true;
  return machine;
}

Observation without_instance() {
  Observation seen = waiting();
  seen.bodies.clear();
  seen.volumes[0].tags[std::string(tag::kUnattended)] = "true";
  return seen;
}

TEST(DataVolumesTest, AFleetsInstancesAreToldWhichTheyAre) {
  const Decision decision = decide(without_instance(), true, {}, unattended_machine());
  ASSERT_EQ(decision.steps.size(), 1U) << decision.detail;
  const auto* create = std::get_if<step::CreateFleet>(&decision.steps[0]);
  ASSERT_NE(create, nullptr);
  EXPECT_EQ(create->data, (std::vector<DataPlace>{{kData, "/dev/sdg"}, {kLogs, "/dev/sdh"}}));
  Machine other = unattended_machine();
  other.data_volumes[1].device = "/dev/sdi";
  EXPECT_NE(fleet_fingerprint(other), create->made_from);
}

TEST(DataVolumesTest, NoFleetIsMadeWithoutOneOfThem) {
  for (const auto& [reason, change] : troubles()) {
    Observation seen = without_instance();
    change(seen);
    expect_stuck(decide(seen, true, {}, unattended_machine()), reason);
  }
}

}  // namespace
}  // namespace ec2spotter
