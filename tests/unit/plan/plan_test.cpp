// The planner, one situation at a time: which reason and which step it answers.
#include "plan/plan.hpp"

#include <gtest/gtest.h>

#include <set>

#include "plan/limits.hpp"
#include "plan/ways/launching.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;
using Progress = Decision::Progress;

Decision decide(const Observation& seen, const Memory& memory = {}, Goal goal = Goal::up,
                const Machine& machine = a_machine()) {
  return plan(machine, {.goal = goal}, seen, memory, kNow);
}

template <class StepType>
StepType only_step(const Decision& decision) {
  EXPECT_EQ(decision.steps.size(), 1U) << to_string(decision.reason) << ": " << decision.detail;
  if (decision.steps.size() != 1 || !std::holds_alternative<StepType>(decision.steps[0])) {
    ADD_FAILURE() << "another step: " << to_string(decision.reason) << ": " << decision.detail;
    return {};
  }
  return std::get<StepType>(decision.steps[0]);
}

void expect_stuck(const Decision& decision, Reason reason, Errc errc) {
  EXPECT_EQ(to_string(decision.reason), to_string(reason));
  EXPECT_EQ(decision.progress, Progress::stuck);
  EXPECT_EQ(to_string(decision.errc), to_string(errc));
  EXPECT_TRUE(decision.steps.empty());
}

TEST(PlanTest, RefusesAVolumeThatIsMissingOrAmbiguous) {
  Observation seen;
  expect_stuck(decide(seen), Reason::volume_missing, Errc::not_found);

  Machine machine = a_machine();
  machine.volume = {.id = {}, .name_tag = "web-root"};
  seen.volumes = {a_volume(), a_volume()};
  seen.volumes[1].id = VolumeId("vol-0000000000000002");
  for (Volume& volume : seen.volumes) volume.tags.erase("ec2spotter:volume");
  expect_stuck(decide(seen, {}, Goal::up, machine), Reason::volume_ambiguous, Errc::invalid);
}

TEST(PlanTest, AMachineKnownByItsTagsAloneIsNotLaunched) {
  Machine machine = a_machine();
  machine.types.clear();
  Observation seen;
  seen.volumes = {a_volume()};
  expect_stuck(decide(seen, {}, Goal::up, machine), Reason::no_matching_type, Errc::not_found);
}

TEST(PlanTest, WithRequirementsNothingIsLaunchedBeforeTheTypesAreKnown) {
  Machine machine = a_machine();
  machine.types.clear();
  machine.requirements = Requirements{
      .vcpus = {.min = 2, .max = 4}, .memory_mib = {.min = 4096, .max = {}}, .excluded = {}};
  Observation seen;
  seen.volumes = {a_volume()};
  const auto decide_with = [&](Result<std::vector<std::string>> types) {
    seen.types.insert_or_assign("us-east-1a", std::move(types));
    return decide(seen, {}, Goal::up, machine);
  };

  const Decision unknown = decide_with(fail(Errc::transport, "the connection broke"));
  EXPECT_EQ(to_string(unknown.reason), to_string(Reason::waiting_for_types));
  EXPECT_EQ(unknown.progress, Progress::going);
  EXPECT_TRUE(unknown.steps.empty());
  EXPECT_NE(unknown.detail.find("the connection broke"), std::string::npos) << unknown.detail;

  expect_stuck(decide_with(fail(Errc::unauthorized, "no right")), Reason::waiting_for_types,
               Errc::unauthorized);

  const Decision none = decide_with(std::vector<std::string>{});
  expect_stuck(none, Reason::no_matching_type, Errc::invalid);
  EXPECT_NE(none.detail.find("2-4 vCPUs, 4- GiB, x86_64"), std::string::npos) << none.detail;

  const Decision known = decide_with(std::vector<std::string>{"m5.large"});
  EXPECT_EQ(only_step<step::LaunchBody>(known).pool.instance_type, "m5.large");
}

TEST(PlanTest, RefusesAVolumeThatIsNotTheMachinesToTake) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].tags["ec2spotter:owner"] = "someone";
  expect_stuck(decide(seen), Reason::volume_of_other_owner, Errc::refused);

  seen.volumes = {a_volume()};
  seen.volumes[0].tags["ec2spotter:state"] = "retired";
  expect_stuck(decide(seen), Reason::volume_retired, Errc::refused);

  seen.volumes = {a_volume()};
  seen.volumes[0].multi_attach = true;
  expect_stuck(decide(seen), Reason::volume_multi_attach, Errc::refused);

  seen.volumes = {a_volume()};
  hold(seen.volumes[0], kForeign);
  expect_stuck(decide(seen), Reason::volume_in_use_elsewhere, Errc::refused);

  seen.volumes = {a_volume()};
  seen.volumes[0].state = VolumeState::error;
  expect_stuck(decide(seen), Reason::volume_unusable, Errc::wrong_state);
}

TEST(PlanTest, RefusesAVolumeInAnotherZoneThanAsked) {
  Machine machine = a_machine();
  machine.zone = "us-east-1b";
  Observation seen;
  seen.volumes = {a_volume()};

  expect_stuck(decide(seen, {}, Goal::up, machine), Reason::volume_in_other_zone, Errc::invalid);
}

TEST(PlanTest, TagsTheVolumeBeforeAnythingElseAndNeverAForeignHoldersOne) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].tags.clear();
  EXPECT_EQ(only_step<step::AdoptVolume>(decide(seen)).volume, kVolume);
  EXPECT_EQ(decide(seen).reason, Reason::adopting_volume);

  hold(seen.volumes[0], kForeign);
  expect_stuck(decide(seen), Reason::volume_in_use_elsewhere, Errc::refused);
}

TEST(PlanTest, WaitsForAVolumeThatIsBeingCreated) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].state = VolumeState::creating;
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_volume);
  EXPECT_GT(decide(seen).wake_at, kNow);
}

TEST(PlanTest, LaunchesFromTheFirstOpenPoolOfTheVolumesZone) {
  Observation seen;
  seen.volumes = {a_volume()};
  const Pool small{"t3.small", "us-east-1a", Market::spot};
  const Pool large{"m5.large", "us-east-1a", Market::spot};
  EXPECT_EQ(only_step<step::LaunchBody>(decide(seen)).pool, small);

  Memory memory;
  memory.closed_pools[small] = {"InsufficientInstanceCapacity", kNow + 1min};
  const Decision second = decide(seen, memory);
  EXPECT_EQ(only_step<step::LaunchBody>(second).pool, large);
  EXPECT_EQ(second.reason, Reason::launching_body);

  memory.closed_pools[large] = {"SpotMaxPriceTooLow", kNow + 1min};
  const Decision none = decide(seen, memory);
  EXPECT_EQ(none.reason, Reason::no_capacity);
  EXPECT_NE(none.detail.find("m5.large spot us-east-1a: SpotMaxPriceTooLow"), std::string::npos)
      << none.detail;
  EXPECT_EQ(none.candidates.size(), 2U);

  memory.closed_pools[small].until = kNow;
  EXPECT_EQ(only_step<step::LaunchBody>(decide(seen, memory)).pool, small);
}

TEST(PlanTest, PoolsThatAreAllRefusedAreNoLackOfRoom) {
  Observation seen;
  seen.volumes = {a_volume()};
  Memory memory;
  for (const char* type : {"t3.small", "m5.large"}) {
    memory.closed_pools[{type, "us-east-1a", Market::spot}] = {"ENA is required", kNow + 1min,
                                                               Errc::invalid};
  }
  const Decision refused = decide(seen, memory);
  expect_stuck(refused, Reason::launch_refused, Errc::invalid);
  EXPECT_NE(refused.detail.find("m5.large spot us-east-1a: ENA is required"), std::string::npos);
  EXPECT_EQ(refused.candidates.size(), 2U);
}

TEST(PlanTest, ABodyThatMayNotBeReadIsToldAtOnce) {
  const Error denied{.code = Errc::unauthorized, .message = "not yours"};
  Observation waiting;
  waiting.volumes = {a_volume()};
  waiting.bodies = {a_body(kFirst)};
  Observation booting = running();
  booting.bodies[0].tags.erase(std::string(tag::kRoot));
  for (Observation* seen : {&waiting, &booting}) {
    seen->unreadable.emplace(kFirst, denied);
    const Decision decision = decide(*seen);
    expect_stuck(decision, Reason::console_denied, Errc::unauthorized);
    EXPECT_NE(decision.detail.find("not yours"), std::string::npos) << decision.detail;
  }
  Observation up = running();
  up.unreadable.emplace(kFirst, denied);
  EXPECT_EQ(decide(up).reason, Reason::up) << "what is up needs no console";
}

TEST(PlanTest, AFileThatNamesAnotherVolumeIsRefusedAsOneThatGivesItsId) {
  Machine machine = a_machine();
  machine.volume.id = VolumeId();
  machine.volume.name_tag = "other-root";
  Observation seen = running();
  const auto decision = [&] { return plan(machine, {}, seen, {}, kNow); };
  EXPECT_EQ(decision().reason, Reason::up) << "no volume has that name: the root was renamed";
  Volume other;
  other.id = VolumeId("vol-2");
  other.zone = "us-east-1b";
  other.tags[std::string(tag::kName)] = "other-root";
  seen.volumes.push_back(other);
  expect_stuck(decision(), Reason::volume_differs, Errc::refused);
  EXPECT_NE(decision().detail.find("other-root"), std::string::npos);
  seen.volumes[0].tags[std::string(tag::kName)] = "other-root";
  EXPECT_EQ(decision().reason, Reason::up) << "the root has that name too";
  seen.volumes[0].tags.erase(std::string(tag::kName));
  seen.volumes[1].tags = a_volume().tags;
  seen.volumes[1].tags[std::string(tag::kState)] = "retired";
  seen.volumes[1].tags[std::string(tag::kName)] = "other-root";
  EXPECT_EQ(decision().reason, Reason::up) << "a former root of the machine is not meant";
}

TEST(PlanTest, TheLaunchTokenHoldsTheWholeDecision) {
  const step::LaunchBody launch{.pool = {"t3.small", "us-east-1a", Market::spot},
                                .volume = kVolume,
                                .engine = Engine::automatic,
                                .client_token = {}};
  const std::string token = launch_token(a_machine(), kVolume, InstanceId(), launch, 0);
  EXPECT_EQ(token.size(), 64U);
  EXPECT_EQ(token, launch_token(a_machine(), kVolume, InstanceId(), launch, 0));
  Machine other = a_machine();
  other.name = MachineName("db");
  step::LaunchBody elsewhere = launch, otherwise = launch;
  elsewhere.pool.zone = "z";
  otherwise.engine = Engine::pivot;
  const std::set<std::string> tokens{
      token,
      launch_token(other, kVolume, InstanceId(), launch, 0),
      launch_token(a_machine(), VolumeId("vol-2"), InstanceId(), launch, 0),
      launch_token(a_machine(), kVolume, kFirst, launch, 0),
      launch_token(a_machine(), kVolume, InstanceId(), elsewhere, 0),
      launch_token(a_machine(), kVolume, InstanceId(), otherwise, 0),
      launch_token(a_machine(), kVolume, InstanceId(), launch, 1)};
  EXPECT_EQ(tokens.size(), 7U);
}

TEST(PlanTest, AttachesTheFreeVolumeOnceTheBodyRuns) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.bodies = {a_body(kFirst, InstanceState::pending)};
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_body);

  seen.bodies[0].state = InstanceState::running;
  seen.boots[kFirst] = {"find", "start", "", ""};
  const auto attach = only_step<step::AttachRoot>(decide(seen));
  EXPECT_EQ(attach.volume, kVolume);
  EXPECT_EQ(attach.instance, kFirst);
  EXPECT_EQ(decide(seen).reason, Reason::attaching_root);

  Memory memory;
  memory.attach_sent[kFirst] = kNow - 1s;
  EXPECT_EQ(decide(seen, memory).reason, Reason::waiting_for_attachment);
  EXPECT_TRUE(decide(seen, memory).steps.empty());
}

// A preboot system could take a volume with its own label for its root while it looks for that.
TEST(PlanTest, AttachesOnlyWhenThePrebootSystemIsPastItsOwnRoot) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.bodies = {a_body(kFirst)};
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_preboot);
  EXPECT_TRUE(decide(seen).steps.empty());

  seen.boots[kFirst] = {};
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_preboot);
  seen.boots[kFirst] = {"identify", "start", "", ""};
  EXPECT_EQ(decide(seen).reason, Reason::attaching_root);
  seen.boots[kFirst] = {"identify", "fail", "imds", ""};
  expect_stuck(decide(seen), Reason::boot_failed, Errc::wrong_state);

  // A body whose console never tells is not waited for without end.
  seen.boots.clear();
  seen.bodies[0].launch_time = kNow - kSilentPreboot - 1s;
  EXPECT_EQ(decide(seen).reason, Reason::attaching_root);
}

TEST(PlanTest, NeverAttachesAVolumeThatAnotherBodyStillHolds) {
  for (const auto state : {AttachmentState::attaching, AttachmentState::attached,
                           AttachmentState::detaching, AttachmentState::busy}) {
    Observation seen;
    seen.volumes = {a_volume()};
    hold(seen.volumes[0], kFirst, state);
    seen.bodies = {a_body(kFirst, InstanceState::shutting_down), a_body(kSecond)};

    const Decision decision = decide(seen);

    EXPECT_EQ(decision.reason, Reason::waiting_for_release);
    EXPECT_TRUE(decision.steps.empty());
  }
}

TEST(PlanTest, LaunchesTheNextBodyWhileTheDoomedOneStillRuns) {
  Observation seen = running();
  seen.bodies[0].spot_request = SpotRequestId("sir-1");
  seen.requests = {{.id = SpotRequestId("sir-1"),
                    .state = "closed",
                    .status = SpotStatus::terminated,
                    .status_message = {},
                    .instance = kFirst,
                    .tags = {}}};

  const auto launch = only_step<step::LaunchBody>(decide(seen));

  EXPECT_EQ(launch.client_token, launch_token(a_machine(), kVolume, kFirst, launch, 0));
}

TEST(PlanTest, FollowsTheBootAndTellsWhereItFailed) {
  Observation seen = running();
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  seen.boots[kFirst] = {"find", "start", "", ""};
  EXPECT_EQ(decide(seen).reason, Reason::booting);
  EXPECT_EQ(decide(seen).progress, Progress::going);

  seen.boots[kFirst] = {"check", "fail", "no_system", "no os-release"};
  const Decision failed = decide(seen);
  expect_stuck(failed, Reason::boot_failed, Errc::wrong_state);
  EXPECT_NE(failed.detail.find("stage check"), std::string::npos) << failed.detail;
  EXPECT_NE(failed.detail.find("no_system"), std::string::npos) << failed.detail;

  seen.boots[kFirst] = {"enter", "ok", "", ""};
  seen.bodies[0].launch_time = kNow - kBootLimit - 1s;
  expect_stuck(decide(seen), Reason::boot_timeout, Errc::timeout);
}

TEST(PlanTest, RecordsThatTheRootIsUpOnlyWhenTheRootSaysSo) {
  Observation seen = running();
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  seen.boots[kFirst] = {"root", "ok", "", ""};
  EXPECT_EQ(only_step<step::MarkRoot>(decide(seen)).instance, kFirst);

  // A volume that refuses our unit cannot say it: then an SSH server after `enter` has to do.
  Machine shy = a_machine();
  shy.adopt = false;
  seen.boots[kFirst] = {"enter", "ok", "", ""};
  EXPECT_EQ(decide(seen, {}, Goal::up, shy).reason, Reason::booting);
  EXPECT_TRUE(decide(seen, {}, Goal::up, shy).steps.empty());
  seen.reachable[kFirst] = true;
  EXPECT_EQ(only_step<step::MarkRoot>(decide(seen, {}, Goal::up, shy)).instance, kFirst);
  EXPECT_EQ(decide(seen).reason, Reason::booting);
  seen.volumes[0].tags[std::string(tag::kGuestFiles)] = "remove";
  EXPECT_EQ(only_step<step::MarkRoot>(decide(seen)).instance, kFirst);
}

TEST(PlanTest, ALaunchDoesWithOurFilesWhatTheVolumesTagSays) {
  Observation seen;
  seen.volumes = {a_volume()};
  EXPECT_EQ(only_step<step::LaunchBody>(decide(seen)).guest_files, GuestFiles::once);
  seen.volumes[0].tags[std::string(tag::kGuestFiles)] = "remove";
  EXPECT_EQ(only_step<step::LaunchBody>(decide(seen)).guest_files, GuestFiles::remove);
  seen.volumes[0].tags[std::string(tag::kGuestFiles)] = "something of the future";
  EXPECT_EQ(only_step<step::LaunchBody>(decide(seen)).guest_files, GuestFiles::once);
}

TEST(PlanTest, MovesTheAddressOnlyAfterTheRootIsUp) {
  Observation seen = running();
  seen.address_wanted = true;
  seen.address = Address{.id = AllocationId("eipalloc-1"),
                         .association = {},
                         .public_ip = "127.0.0.9",
                         .instance = {},
                         .tags = {}};
  EXPECT_EQ(only_step<step::MoveAddress>(decide(seen)).instance, kFirst);
  EXPECT_EQ(decide(seen).reason, Reason::moving_address);

  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  EXPECT_EQ(decide(seen).reason, Reason::booting);
  EXPECT_TRUE(decide(seen).steps.empty());
}

TEST(PlanTest, RefusesAnAddressThatIsMissingOrInOtherHands) {
  Observation seen = running();
  seen.address_wanted = true;
  expect_stuck(decide(seen), Reason::address_missing, Errc::not_found);

  seen.address = Address{.id = AllocationId("eipalloc-1"),
                         .association = AssociationId("eipassoc-1"),
                         .public_ip = "127.0.0.9",
                         .instance = kForeign,
                         .tags = {}};
  expect_stuck(decide(seen), Reason::address_in_use_elsewhere, Errc::refused);

  seen.address->instance = {};
  seen.address->tags = {{"ec2spotter:machine", "db"}};
  expect_stuck(decide(seen), Reason::address_in_use_elsewhere, Errc::refused);
}

TEST(PlanTest, IsUpWhenTheServiceAnswers) {
  Observation seen = running();
  seen.reachable[kFirst] = false;
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_service);

  seen.reachable[kFirst] = true;
  EXPECT_EQ(decide(seen).reason, Reason::up);
  EXPECT_EQ(decide(seen).progress, Progress::done);
}

TEST(PlanTest, WaitsForAnAttachmentThatIsOnItsWay) {
  Observation seen = running();
  hold(seen.volumes[0], kFirst, AttachmentState::attaching);
  EXPECT_EQ(decide(seen).reason, Reason::up) << "a root that is up is attached, whatever is shown";

  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_attachment);
  seen.volumes[0].attachments[0].since = kNow - kAttachLimit - 1s;
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen)).instance, kFirst);
  EXPECT_EQ(decide(seen).reason, Reason::attachment_stuck);
}

TEST(PlanTest, CollectsTheBodyThatLostTheRaceForTheVolume) {
  Observation seen = running();
  seen.bodies.push_back(a_body(kSecond));
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen)).instance, kSecond);
  EXPECT_EQ(decide(seen).reason, Reason::collecting_body);

  // A body that was up and has lost the root is of no more use.
  seen.volumes[0] = a_volume();
  seen.bodies[1].launch_time = kNow;
  EXPECT_EQ(decide(seen).reason, Reason::root_lost);
  EXPECT_TRUE(decide(seen).steps.empty());
  Memory memory;
  memory.standing = Standing{Reason::root_lost, kNow - kRootLostFor};
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen, memory)).instance, kFirst);

  // Of two that have not had it, the later one goes.
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen)).instance, kSecond);

  // As long as a body itself shows the root, EC2's views differ, and nothing is done.
  seen.bodies[0].block_devices = {
      {.device = "/dev/sdf", .volume = kVolume, .state = AttachmentState::attached}};
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_attachment);
  EXPECT_TRUE(decide(seen).steps.empty());
}

// Its tag speaks for it also where the recommendation was not heard, or is forgotten.
TEST(PlanTest, ABodyThatWasLaunchedToTakeOverIsNoSurplus) {
  Observation seen = running();
  seen.bodies.push_back(a_body(kSecond));
  seen.bodies[1].tags[std::string(tag::kTakesOver)] = kFirst.str();
  const Intent by_watch{.goal = Goal::up, .by_watch = true};
  const auto watch_decides = [&] { return plan(a_machine(), by_watch, seen, {}, kNow); };
  EXPECT_EQ(watch_decides().reason, Reason::preparing_hand_over);
  EXPECT_TRUE(watch_decides().steps.empty());
  EXPECT_EQ(decide(seen).reason, Reason::up) << "a single command leaves it to watch";

  seen.boots[kSecond] = {"identify", "ok", "", ""};
  EXPECT_EQ(only_step<step::TerminateBody>(watch_decides()).instance, kFirst);
  EXPECT_EQ(decide(seen).reason, Reason::up);

  seen.boots.clear();
  seen.bodies[1].launch_time = kNow - kBootLimit - 1s;
  EXPECT_EQ(only_step<step::TerminateBody>(watch_decides()).instance, kSecond);
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen)).instance, kSecond);

  // Once the other has the root, the tag is history.
  seen.bodies[1].launch_time = kNow;
  seen.bodies[1].tags[std::string(tag::kTakesOver)] = kForeign.str();
  EXPECT_EQ(watch_decides().reason, Reason::collecting_body);
}

TEST(PlanTest, ASuccessorIsLaunchedWithTheNameOfTheBodyThatItReplaces) {
  Memory memory;
  memory.rebalance = {kFirst};
  const Decision decision =
      plan(a_machine(), {.goal = Goal::up, .by_watch = true}, running(), memory, kNow);
  EXPECT_EQ(only_step<step::LaunchBody>(decision).takes_over, kFirst);
  EXPECT_EQ(describe(decision.steps[0]),
            "launch t3.small spot us-east-1a to take over from " + kFirst.str());

  Observation without_body = running();
  without_body.volumes[0] = a_volume();
  without_body.bodies.clear();
  EXPECT_TRUE(only_step<step::LaunchBody>(decide(without_body)).takes_over.empty());
}

TEST(PlanTest, CuresABodyThatWouldTakeTheRootWithIt) {
  for (const Goal goal : {Goal::up, Goal::paused}) {
    Observation seen = running();
    seen.volumes[0].tags["ec2spotter:goal"] = to_string(goal);
    seen.volumes[0].attachments[0].delete_on_termination = true;
    EXPECT_EQ(only_step<step::ProtectRoot>(decide(seen, {}, goal)).instance, kFirst);
    EXPECT_EQ(decide(seen, {}, goal).reason, Reason::protecting_root);
  }
}

TEST(PlanTest, CuresABodyThatSpotIsAboutToTakeTogetherWithTheRoot) {
  Observation seen = running();
  seen.volumes[0].attachments[0].delete_on_termination = true;
  seen.requests.resize(1);
  seen.requests[0].instance = kFirst;
  seen.requests[0].status = SpotStatus::marked;
  EXPECT_EQ(only_step<step::ProtectRoot>(decide(seen)).instance, kFirst);
  seen.bodies[0].state = InstanceState::shutting_down;
  EXPECT_NE(decide(seen).reason, Reason::protecting_root) << "EC2 takes no change any more";
}

TEST(PlanTest, CollectsAStoppedBodyOnceItsVolumeIsGone) {
  Observation seen = running();
  seen.bodies.push_back(a_body(kSecond, InstanceState::stopped));
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen)).instance, kSecond);
}

TEST(PlanTest, TakesTheVolumeFromAStoppedBody) {
  Observation seen = running();
  seen.bodies[0].state = InstanceState::stopped;
  EXPECT_EQ(only_step<step::DetachRoot>(decide(seen)).instance, kFirst);
  seen.bodies[0].state = InstanceState::stopping;
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_release);
}

TEST(PlanTest, PausesByRecordingTheGoalThenFreeingTheBody) {
  Observation seen = running();
  EXPECT_EQ(only_step<step::AdoptVolume>(decide(seen, {}, Goal::paused)).goal, Goal::paused);

  seen.volumes[0].tags["ec2spotter:goal"] = "paused";
  EXPECT_EQ(only_step<step::TerminateBody>(decide(seen, {}, Goal::paused)).instance, kFirst);
  EXPECT_EQ(decide(seen, {}, Goal::paused).reason, Reason::releasing_body);

  seen.bodies[0].state = InstanceState::shutting_down;
  EXPECT_EQ(decide(seen, {}, Goal::paused).reason, Reason::waiting_for_release);

  seen.bodies[0].state = InstanceState::terminated;
  seen.volumes[0] = a_volume(Goal::paused);
  const Decision rest = decide(seen, {}, Goal::paused);
  EXPECT_EQ(rest.reason, Reason::paused);
  EXPECT_EQ(rest.progress, Progress::done);
}

TEST(PlanTest, PausesNothingThatItDoesNotOwn) {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.volumes[0].tags.clear();
  expect_stuck(decide(seen, {}, Goal::paused), Reason::volume_not_adopted, Errc::not_found);
}

}  // namespace
}  // namespace ec2spotter
