// Which engine the next instance gets: what the file says, what was learned, and what follows when
// one fails.
#include "plan/choice/engine_choice.hpp"

#include <gtest/gtest.h>

#include "plan/choice/loader_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

class EngineChoiceTest : public testing::Test {
 protected:
  Engine chosen() const { return choose_engine(machine, root, seen).engine; }

  void learned(const char* engine, const char* because) {
    root.tags["ec2spotter:engine"] = engine;
    root.tags["ec2spotter:engine-because"] = because;
  }

  // One that came, was launched for this engine, and is the newest.
  void launched(const char* engine, int attempt, InstanceState state = InstanceState::running) {
    Instance body = a_body(InstanceId("i-" + std::to_string(seen.bodies.size())), state);
    body.launch_time = kNow + std::chrono::seconds(seen.bodies.size());
    body.tags["ec2spotter:engine"] = engine;
    body.tags["ec2spotter:attempt"] = std::to_string(attempt);
    seen.bodies.push_back(body);
  }
  void silent() {
    seen.bodies.back().tags["ec2spotter:root"] = "silent";
    seen.bodies.back().state = InstanceState::terminated;
  }

  Machine machine = a_machine();
  Volume root = a_volume();
  Observation seen;
};

TEST_F(EngineChoiceTest, TheFileHasTheFirstWordThenTheRootsTagThenKexec) {
  EXPECT_EQ(chosen(), Engine::kexec);
  for (const auto engine : {Engine::replace, Engine::pivot, Engine::swap}) {
    learned(std::string(to_string(engine)).c_str(), "lvm");
    EXPECT_EQ(chosen(), engine);
    EXPECT_EQ(choose_engine(machine, root, seen).why, "another engine gave up: lvm");
  }
  machine.engine = Engine::kexec;
  EXPECT_EQ(chosen(), Engine::kexec);
  machine.engine = Engine::automatic;
  learned("nonsense", "");
  EXPECT_EQ(chosen(), Engine::kexec);
}

TEST_F(EngineChoiceTest, AfterASilentBodyComesTheNextEngine) {
  launched("kexec", 1);
  EXPECT_EQ(chosen(), Engine::kexec);
  silent();
  EXPECT_EQ(chosen(), Engine::replace);
  launched("replace", 2);
  EXPECT_EQ(chosen(), Engine::replace) << "it goes on with the body that it has launched for that";
  silent();
  EXPECT_EQ(chosen(), Engine::pivot);
  launched("pivot", 3);
  EXPECT_EQ(chosen(), Engine::pivot);
  silent();
  EXPECT_EQ(chosen(), Engine::swap);
  launched("swap", 4, InstanceState::stopped);
  EXPECT_EQ(chosen(), Engine::swap) << "it is stopped to get the root";
}

TEST_F(EngineChoiceTest, ABodyOfAnOlderVersionHasNoTagAndABootProgram) {
  launched("kexec", 1);
  seen.bodies.back().tags.erase("ec2spotter:engine");
  silent();
  EXPECT_EQ(chosen(), Engine::replace);
}

TEST_F(EngineChoiceTest, ABodyThatWasUpOrIsGoneSaysNothing) {
  launched("replace", 2, InstanceState::terminated);
  EXPECT_EQ(chosen(), Engine::kexec) << "EC2 took it";
  seen.bodies.clear();
  launched("replace", 2);
  seen.bodies.back().tags["ec2spotter:root"] = "up";
  EXPECT_EQ(chosen(), Engine::kexec);
}

TEST_F(EngineChoiceTest, PivotIsLeftOutForWhatItCannotEnter) {
  for (const char* word : {"lvm", "luks", "raid", "mount", "unreadable", "marketplace"}) {
    learned("replace", word);
    seen.bodies.clear();
    launched("replace", 1);
    silent();
    EXPECT_EQ(chosen(), Engine::swap) << word;
    EXPECT_TRUE(is_helped_by_another_engine(word));
  }
  for (const char* word : {"menu", "silent", "device_names"}) {
    EXPECT_EQ(next_engine(Engine::replace, word), Engine::pivot) << word;
  }
  EXPECT_EQ(next_engine(Engine::swap, "lvm"), std::nullopt);
}

TEST_F(EngineChoiceTest, EnginesOfTheVolumesOwnLoaderAreLeftOutWhereTheFirmwareFindsNone) {
  const auto after = [](Engine failed, const char* because) {
    return next_engine(failed, because, OwnBoot::impossible);
  };
  for (const char* word : {"menu", "silent", "device_names"}) {
    EXPECT_EQ(after(Engine::kexec, word), Engine::pivot) << word;
    EXPECT_EQ(after(Engine::replace, word), Engine::pivot) << word;
    EXPECT_EQ(after(Engine::pivot, word), std::nullopt) << word;
  }
  for (const char* word : {"lvm", "luks", "raid", "mount", "unreadable", "marketplace"}) {
    EXPECT_EQ(after(Engine::kexec, word), std::nullopt) << word;
  }
  EXPECT_EQ(after(Engine::swap, "lvm"), std::nullopt);
}

TEST_F(EngineChoiceTest, AfterASilentBodyWhoseFirmwareFindsNoLoaderComesPivot) {
  launched("kexec", 1);
  seen.bodies.back().tags["ec2spotter:lacks-loader"] = "true";
  silent();
  EXPECT_EQ(chosen(), Engine::pivot);
  launched("pivot", 2);
  seen.bodies.back().tags["ec2spotter:lacks-loader"] = "true";
  silent();
  EXPECT_EQ(chosen(), Engine::pivot) << "no other one is left";
}

// A body that has started in this mode, and a volume with these loaders.
bool lacks(BootMode mode, std::vector<std::string> firmware) {
  Instance body = a_body(kFirst);
  body.boot_mode = mode;
  BootReport boot;
  boot.firmware = std::move(firmware);
  return lacks_loader(body, boot);
}

TEST_F(EngineChoiceTest, ALoaderIsMissedOnlyWhereBothSidesAreKnown) {
  EXPECT_TRUE(lacks(BootMode::uefi, {"bios"}));
  EXPECT_TRUE(lacks(BootMode::legacy_bios, {"uefi"}));
  for (const auto mode : {BootMode::uefi, BootMode::legacy_bios}) {
    EXPECT_TRUE(lacks(mode, {"none"}));
    EXPECT_FALSE(lacks(mode, {"bios", "uefi"}));
    EXPECT_FALSE(lacks(mode, {}));
  }
  EXPECT_FALSE(lacks(BootMode::uefi, {"uefi"}));
  EXPECT_FALSE(lacks(BootMode::legacy_bios, {"bios"}));
  for (const char* word : {"bios", "uefi", "none"}) {
    EXPECT_FALSE(lacks(BootMode::unknown, {word}));
  }
}

// The boot program looks after the volume first, and then EC2 starts it: never pivot.
TEST_F(EngineChoiceTest, AnEjectBeginsWithTheBootProgramWhateverWasLearned) {
  machine.ejects = true;
  for (const char* because : {"menu", "silent", "kexec_refused"}) {
    for (const char* engine : {"kexec", "replace", "pivot", "swap"}) {
      learned(engine, because);
      EXPECT_EQ(chosen(), Engine::kexec) << engine << because;
    }
  }
  for (const char* because : {"ejected", "lvm", "luks"}) {
    learned("replace", because);
    EXPECT_EQ(chosen(), Engine::replace) << because;
    EXPECT_EQ(next_engine(Engine::replace, because), Engine::swap) << because;
  }
  EXPECT_TRUE(is_helped_by_another_engine(kEjected));
}

TEST_F(EngineChoiceTest, WhatAnEjectHasChosenIsNotForTheMachine) {
  learned("replace", "ejected");
  EXPECT_EQ(chosen(), Engine::kexec);
}

TEST_F(EngineChoiceTest, AnEngineOfTheControllerMakesTheMachineSupervised) {
  root.tags["ec2spotter:unattended"] = "true";
  EXPECT_TRUE(is_unattended(machine, root));
  machine.engine = Engine::replace;
  EXPECT_FALSE(is_unattended(machine, root));
}

TEST_F(EngineChoiceTest, NoEngineHelpsADiskWithoutASystem) {
  for (const char* word : {"no_system", "ambiguous_root", "volume_absent", "fsck", ""}) {
    EXPECT_FALSE(is_helped_by_another_engine(word)) << word;
  }
}

}  // namespace
}  // namespace ec2spotter
