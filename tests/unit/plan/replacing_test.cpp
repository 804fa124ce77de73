// Engine replace: the way from a launched body to one that EC2 has restarted from the root.
#include <gtest/gtest.h>

#include "plan/limits.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRootDevice = "/dev/xvda";

Machine replacing_machine() {
  Machine machine = a_machine();
  machine.engine = Engine::replace;
  return machine;
}

Instance body_for_it(const InstanceId& id = kFirst, InstanceState state = InstanceState::running) {
  Instance body = a_body(id, state);
  body.root_device = kRootDevice;
  body.tags["ec2spotter:engine"] = "replace";
  return body;
}

RootTask task(RootTaskState state, const InstanceId& id = kFirst, const char* name = "1") {
  return {.id = RootTaskId(name), .instance = id, .state = state};
}

// The root is free, and a body is there whose system answers.
Observation with_next() {
  Observation seen;
  seen.volumes = {a_volume()};
  seen.bodies = {body_for_it()};
  seen.reachable[kFirst] = true;
  return seen;
}

// EC2 has made the root the body's root disk.
Observation with_root(RootTaskState state = RootTaskState::succeeded) {
  Observation seen = with_next();
  seen.bodies[0].block_devices = {
      {.device = kRootDevice, .volume = kVolume, .state = AttachmentState::attached}};
  hold(seen.volumes[0], kFirst);
  seen.volumes[0].attachments[0].device = kRootDevice;
  seen.root_tasks = {task(state)};
  return seen;
}

Decision decide(const Observation& seen, const Machine& machine = replacing_machine(),
                const Memory& memory = {}, Intent intent = {}) {
  return plan(machine, intent, seen, memory, kNow);
}

template <class T>
const T* only_step(const Decision& decision) {
  return decision.steps.size() == 1 ? std::get_if<T>(&decision.steps[0]) : nullptr;
}

TEST(ReplacingTest, ABodyIsLaunchedForIt) {
  Observation seen;
  seen.volumes = {a_volume()};
  const Decision decision = decide(seen);
  const auto* launch = only_step<step::LaunchBody>(decision);
  ASSERT_NE(launch, nullptr) << decision.detail;
  EXPECT_EQ(launch->engine, Engine::replace);
}

TEST(ReplacingTest, OneWithABootProgramDoesNotServe) {
  Observation seen = with_next();
  seen.bodies[0].tags.erase("ec2spotter:engine");
  EXPECT_NE(only_step<step::LaunchBody>(decide(seen)), nullptr);
}

TEST(ReplacingTest, TheBodyIsRestartedFromTheRootWhenItsSystemHearsIt) {
  Observation seen = with_next();
  const Decision decision = decide(seen);
  const auto* replace = only_step<step::ReplaceRoot>(decision);
  ASSERT_NE(replace, nullptr) << decision.detail;
  EXPECT_EQ(*replace, (step::ReplaceRoot{kVolume, kFirst, 1}));

  seen.bodies[0].launch_time = kNow - kGuestStarts + 1s;
  seen.reachable[kFirst] = false;
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_preboot);
  seen.bodies[0].launch_time = kNow - kGuestStarts - 1s;
  EXPECT_NE(only_step<step::ReplaceRoot>(decide(seen)), nullptr) << "its group may be closed";
  seen.bodies[0].launch_time = kNow;
  Machine unprobed = replacing_machine();
  unprobed.probe = false;
  EXPECT_NE(only_step<step::ReplaceRoot>(decide(seen, unprobed)), nullptr);
  seen.bodies[0].state = InstanceState::pending;
  EXPECT_EQ(decide(seen).reason, Reason::waiting_for_body);
}

TEST(ReplacingTest, ACallJustSentIsNotSentAgain) {
  Memory memory;
  memory.attach_sent[kFirst] = kNow - 1s;
  EXPECT_TRUE(decide(with_next(), replacing_machine(), memory).steps.empty());
}

TEST(ReplacingTest, NothingIsDoneWhileATaskIsUnderWay) {
  for (const auto state :
       {RootTaskState::pending, RootTaskState::in_progress, RootTaskState::failing,
        RootTaskState::failing_detached, RootTaskState::unknown}) {
    SCOPED_TRACE(to_string(state));
    Observation seen = with_next();
    seen.root_tasks = {task(state)};
    seen.bodies.push_back(body_for_it(kSecond));
    EXPECT_EQ(decide(seen).reason, Reason::replacing_root);
    EXPECT_TRUE(decide(seen).steps.empty());
    seen.volumes = {a_volume(Goal::paused)};
    const Decision pause = plan(replacing_machine(), {.goal = Goal::paused}, seen, {}, kNow);
    EXPECT_TRUE(pause.steps.empty()) << "EC2 may give it the root at any moment";
  }
}

TEST(ReplacingTest, ATaskOnABodyUnderNoticeDoesNotKeepTheNextOneFromBeingLaunched) {
  Observation seen = with_next();
  seen.root_tasks = {task(RootTaskState::in_progress)};
  seen.requests.resize(1);
  seen.requests[0].instance = kFirst;
  seen.requests[0].status = SpotStatus::marked;
  EXPECT_NE(only_step<step::LaunchBody>(decide(seen)), nullptr);
  seen.bodies.push_back(body_for_it(kSecond));
  seen.reachable[kSecond] = true;
  EXPECT_TRUE(decide(seen).steps.empty()) << "the root is not free";
  seen.root_tasks.clear();
  const Decision freed = decide(seen);
  const auto* replace = only_step<step::ReplaceRoot>(freed);
  ASSERT_NE(replace, nullptr);
  EXPECT_EQ(replace->instance, kSecond);
}

TEST(ReplacingTest, ThatTheRootWouldBeDeletedIsCuredFirst) {
  for (const auto state : {RootTaskState::in_progress, RootTaskState::succeeded}) {
    Observation seen = with_root(state);
    seen.volumes[0].attachments[0].delete_on_termination = true;
    const Decision decision = decide(seen);
    const auto* protect = only_step<step::ProtectRoot>(decision);
    ASSERT_NE(protect, nullptr) << decision.detail;
    EXPECT_EQ(protect->device, kRootDevice);
    seen.requests.resize(1);
    seen.requests[0].instance = kFirst;
    seen.requests[0].status = SpotStatus::marked;
    EXPECT_NE(only_step<step::ProtectRoot>(decide(seen)), nullptr) << "under notice all the more";
    seen.volumes[0].tags["ec2spotter:goal"] = "paused";
    const Decision pause = plan(replacing_machine(), {.goal = Goal::paused}, seen, {}, kNow);
    EXPECT_NE(only_step<step::ProtectRoot>(pause), nullptr);
  }
}

TEST(ReplacingTest, ItIsUpWhenTheTaskHasEndedAndItAnswers) {
  Observation seen = with_root(RootTaskState::in_progress);
  EXPECT_EQ(decide(seen).reason, Reason::replacing_root) << "the image's system may answer yet";
  seen = with_root();
  seen.reachable[kFirst] = false;
  EXPECT_EQ(decide(seen).reason, Reason::booting);
  seen.reachable[kFirst] = true;
  EXPECT_NE(only_step<step::MarkRoot>(decide(seen)), nullptr);
}

TEST(ReplacingTest, AFailedTaskIsTriedOnceMoreWhereThereIsNoOtherEngine) {
  Observation seen = with_next();
  seen.root_tasks = {task(RootTaskState::failed)};
  Decision decision = decide(seen);
  ASSERT_NE(only_step<step::ReplaceRoot>(decision), nullptr);
  EXPECT_EQ(only_step<step::ReplaceRoot>(decision)->attempt, 2) << "else EC2 answers the old task";
  seen.root_tasks.push_back(task(RootTaskState::failed, kFirst, "2"));
  decision = decide(seen);
  EXPECT_EQ(decision.reason, Reason::replace_failed);
  EXPECT_NE(only_step<step::MarkRoot>(decision), nullptr);

  seen = with_next();
  seen.root_tasks = {task(RootTaskState::failed)};
  seen.volumes[0].tags["ec2spotter:engine"] = "replace";
  EXPECT_NE(only_step<step::MarkRoot>(decide(seen, a_machine())), nullptr);
}

TEST(ReplacingTest, ABodyWithoutADiskIsGivenUpAndThenCollected) {
  Observation seen = with_next();
  seen.root_tasks = {task(RootTaskState::failed_detached)};
  EXPECT_NE(only_step<step::MarkRoot>(decide(seen)), nullptr);
  seen.bodies[0].tags["ec2spotter:root"] = "silent";
  seen.bodies.push_back(body_for_it(kSecond));
  const Decision decision = decide(seen);
  ASSERT_NE(only_step<step::TerminateBody>(decision), nullptr);
  EXPECT_EQ(only_step<step::TerminateBody>(decision)->instance, kFirst);
}

TEST(ReplacingTest, FailureAfterFailureEndsWithAPerson) {
  Observation seen = with_next();
  seen.bodies[0].tags["ec2spotter:attempt"] = std::to_string(kFailedBootsMost + 1);
  seen.root_tasks = {task(RootTaskState::failed_detached)};
  const Decision decision = decide(seen);
  EXPECT_EQ(decision.reason, Reason::replace_failed);
  EXPECT_EQ(decision.progress, Decision::Progress::stuck);
}

TEST(ReplacingTest, ATaskThatNeverEndsIsTold) {
  Observation seen = with_next();
  seen.root_tasks = {task(RootTaskState::in_progress)};
  Memory memory;
  memory.standing = Standing{Reason::replacing_root, kNow - kReplaceLimit};
  EXPECT_EQ(decide(seen, replacing_machine(), memory).reason, Reason::replace_stuck);
  memory.standing = Standing{Reason::replace_stuck, kNow};
  EXPECT_EQ(decide(seen, replacing_machine(), memory).reason, Reason::replace_stuck);
}

TEST(ReplacingTest, ASuccessorWaitsForTheHandOver) {
  Observation seen = with_root();
  seen.root_tasks.clear();
  seen.bodies[0].tags["ec2spotter:root"] = "up";
  seen.bodies.push_back(body_for_it(kSecond, InstanceState::pending));
  seen.bodies[1].tags["ec2spotter:takes-over"] = kFirst.str();
  Memory memory;
  memory.rebalance = {kFirst};
  const Intent watching{.by_watch = true};
  EXPECT_TRUE(decide(seen, replacing_machine(), memory, watching).steps.empty());
  seen.bodies[1].state = InstanceState::running;
  seen.reachable[kSecond] = true;
  const Decision decision = decide(seen, replacing_machine(), memory, watching);
  ASSERT_NE(only_step<step::TerminateBody>(decision), nullptr) << decision.detail;
  EXPECT_EQ(only_step<step::TerminateBody>(decision)->instance, kFirst);
}

TEST(ReplacingTest, AutoGoesOnWithItWhereTheBootProgramDeclines) {
  Observation seen = running();
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  for (const char* word :
       {"lvm", "luks", "raid", "mount", "unreadable", "did_not_come_up", "menu"}) {
    seen.boots[kFirst] = {"check", "fail", word, ""};
    const Decision decision = decide(seen, a_machine());
    const auto* choice = only_step<step::ChooseEngine>(decision);
    ASSERT_NE(choice, nullptr) << word;
    EXPECT_EQ(*choice, (step::ChooseEngine{kVolume, Engine::replace, word, kFirst}));
  }
  Machine fixed = a_machine();
  fixed.engine = Engine::kexec;
  EXPECT_EQ(decide(seen, fixed).reason, Reason::boot_failed) << "the file has the last word";
  seen.boots[kFirst] = {"check", "fail", "no_system", ""};
  EXPECT_EQ(decide(seen, a_machine()).reason, Reason::boot_failed)
      << "nothing boots from a disk without a system";

  for (const char* engine : {"replace", "pivot", "swap"}) {
    seen.volumes[0].tags["ec2spotter:engine"] = engine;
    seen.boots[kFirst] = {"check", "fail", "lvm", ""};
    EXPECT_NE(only_step<step::TerminateBody>(decide(seen, a_machine())), nullptr) << engine;
  }
}

// The boot program of a body that starts by `mode` has given up with this word, for a volume that
// starts by this firmware.
Decision after(const char* word, BootMode mode, const char* firmware, Engine tried) {
  Observation seen = running();
  const std::string engine(to_string(tried));
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  seen.bodies[0].tags["ec2spotter:engine"] = engine;
  seen.bodies[0].boot_mode = mode;
  if (tried != Engine::kexec) seen.volumes[0].tags["ec2spotter:engine"] = engine;
  seen.boots[kFirst] = {"check", "fail", word, ""};
  seen.boots[kFirst].firmware = {firmware};
  return decide(seen, a_machine());
}

TEST(ReplacingTest, WhereTheFirmwareFindsNoLoaderPivotIsTaken) {
  const Decision decision = after("menu", BootMode::legacy_bios, "uefi", Engine::kexec);
  const auto* choice = only_step<step::ChooseEngine>(decision);
  ASSERT_NE(choice, nullptr) << decision.detail;
  EXPECT_EQ(*choice, (step::ChooseEngine{kVolume, Engine::pivot, "menu", kFirst}));
  EXPECT_NE(decision.detail.find("the volume starts by UEFI alone, and instances of this image "
                                 "start by BIOS"),
            std::string::npos)
      << decision.detail;
  const Decision fitting = after("menu", BootMode::uefi, "uefi", Engine::kexec);
  ASSERT_NE(only_step<step::ChooseEngine>(fitting), nullptr);
  EXPECT_EQ(only_step<step::ChooseEngine>(fitting)->engine, Engine::replace);
}

TEST(ReplacingTest, WhereNoEngineIsLeftForTheFirmwareAPersonIsToldWhatToDo) {
  for (const auto& [mode, firmware, because, cure] :
       {std::tuple(BootMode::legacy_bios, "uefi", "by UEFI alone",
                   "name an image whose boot mode is uefi or uefi-preferred"),
        std::tuple(BootMode::uefi, "bios", "by BIOS alone",
                   "name an image whose boot mode is legacy-bios"),
        std::tuple(BootMode::uefi, "none", "has no boot loader",
                   "install a boot loader on the volume")}) {
    for (const auto& [word, tried] :
         {std::pair("lvm", Engine::kexec), std::pair("no_init", Engine::pivot)}) {
      const Decision decision = after(word, mode, firmware, tried);
      EXPECT_TRUE(decision.steps.empty());
      EXPECT_EQ(decision.reason, Reason::boot_failed);
      EXPECT_EQ(decision.progress, Decision::Progress::stuck);
      for (const char* part : {word, because, cure}) {
        EXPECT_NE(decision.detail.find(part), std::string::npos) << decision.detail;
      }
    }
  }
  const Decision empty = after("no_system", BootMode::uefi, "none", Engine::kexec);
  EXPECT_EQ(empty.detail.find("boot loader"), std::string::npos) << "it would not help";
}

TEST(ReplacingTest, AMarkOfSilenceSaysThatTheFirmwareFindsNoLoader) {
  for (const char* firmware : {"bios", "uefi"}) {
    Observation seen = running();
    seen.bodies[0].tags.erase(std::string(tag::kRoot));
    seen.bodies[0].launch_time = kNow - kBootLimit - std::chrono::minutes(1);
    seen.bodies[0].boot_mode = BootMode::uefi;
    seen.boots[kFirst] = {"enter", "ok", "", ""};
    seen.boots[kFirst].firmware = {firmware};
    const Decision decision = decide(seen, a_machine(), {}, {.by_watch = true});
    ASSERT_NE(only_step<step::MarkRoot>(decision), nullptr) << decision.detail;
    EXPECT_EQ(*only_step<step::MarkRoot>(decision),
              (step::MarkRoot{kFirst, RootMark::silent, firmware == std::string("bios")}));
  }
}

TEST(ReplacingTest, PivotThatDeclinesLeadsToSwap) {
  Observation seen = running();
  seen.bodies[0].tags.erase(std::string(tag::kRoot));
  seen.bodies[0].tags["ec2spotter:engine"] = "pivot";
  seen.volumes[0].tags["ec2spotter:engine"] = "pivot";
  seen.boots[kFirst] = {"enter", "fail", "no_init", ""};
  const Decision decision = decide(seen, a_machine());
  const auto* choice = only_step<step::ChooseEngine>(decision);
  ASSERT_NE(choice, nullptr) << decision.detail;
  EXPECT_EQ(choice->engine, Engine::swap);
}

TEST(ReplacingTest, WhatCameUpAfterASilenceIsRemembered) {
  Observation seen = with_root();
  seen.bodies[0].tags["ec2spotter:attempt"] = "2";
  const Decision decision = decide(seen, a_machine());
  const auto* choice = only_step<step::ChooseEngine>(decision);
  ASSERT_NE(choice, nullptr) << decision.detail;
  EXPECT_EQ(*choice, (step::ChooseEngine{kVolume, Engine::replace, "silent", InstanceId()}));
  seen.volumes[0].tags["ec2spotter:engine"] = "replace";
  EXPECT_NE(only_step<step::MarkRoot>(decide(seen, a_machine())), nullptr);
}

TEST(ReplacingTest, WhatCameUpWhereAReplacedRootDidNotIsRememberedToo) {
  Observation seen = running();
  seen.bodies[0].tags = {{"ec2spotter:machine", "web"},
                         {"ec2spotter:owner", "default"},
                         {"ec2spotter:engine", "pivot"},
                         {"ec2spotter:attempt", "2"}};
  seen.volumes[0].tags["ec2spotter:engine"] = "replace";
  seen.volumes[0].tags["ec2spotter:engine-because"] = "menu";
  seen.boots[kFirst] = {"root", "ok", "", ""};
  const Decision decision = decide(seen, a_machine());
  const auto* choice = only_step<step::ChooseEngine>(decision);
  ASSERT_NE(choice, nullptr) << decision.detail;
  EXPECT_EQ(*choice, (step::ChooseEngine{kVolume, Engine::pivot, "menu", InstanceId()}));
}

}  // namespace
}  // namespace ec2spotter
