// Engine replace in virtual time: EC2 restarts running bodies from the root.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/tags.hpp"
#include "root_disk.hpp"
#include "sim/core/resources/root_tasks.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

void drive(LocalEc2& ec2, const Machine& machine, Goal goal = Goal::up) {
  const auto driven = ec2.drive(machine, goal);
  ASSERT_TRUE(driven.has_value()) << driven.error().describe() << ec2.story();
}

std::string tag_of_root(LocalEc2& ec2, std::string_view key) {
  for (const sim::Json& volume : ec2.resources("volume")) {
    if (volume.at("volumeId") == kVolume) return sim::tag_value(volume, key);
  }
  return "the root is gone";
}

TEST(ReplaceScenario, ARunningSpotBodyBootsFromTheRoot) {
  LocalEc2 ec2;
  drive(ec2, replacing_machine());
  expect_own_disk(ec2);
  EXPECT_EQ(ec2.changes(), (std::vector<std::string>{
                               "CreateTags", "RunInstances", "CreateTags",
                               "CreateReplaceRootVolumeTask", "ModifyInstanceAttribute",
                               "CreateTags", "CreateTags", "AssociateAddress", "CreateTags"}));
}

TEST(ReplaceScenario, AnOnDemandBodyToo) {
  LocalEc2 ec2;
  drive(ec2, replacing_machine(Market::on_demand));
  expect_own_disk(ec2);
}

TEST(ReplaceScenario, ComesBackAfterAReclaimWithANoticeAndOneWithout) {
  const Machine machine = replacing_machine();
  LocalEc2 ec2;
  drive(ec2, machine);
  for (const char* how : {"notice", "reclaim"}) {
    SCOPED_TRACE(how);
    const std::string former = ec2.holder(kVolume);
    ec2.control(how, {{"instance_id", former}});
    watch_until_back(ec2, machine, former);
    ec2.pass(5min);
    expect_own_disk(ec2);
  }
}

// With a notice the next body has booted before the root is free.
TEST(ReplaceScenario, TheNextBodyWaitsForTheRoot) {
  const Machine machine = replacing_machine();
  LocalEc2 ec2;
  drive(ec2, machine);
  const std::string former = ec2.holder(kVolume);
  ec2.control("notice", {{"instance_id", former}});
  ec2.watch({machine}, [&](const Watch&) { return ec2.living().size() == 2; });
  EXPECT_EQ(ec2.holder(kVolume), former);
  watch_until_back(ec2, machine, former);
  expect_own_disk(ec2);
}

TEST(ReplaceScenario, ARebalanceHandsTheMachineOver) {
  const Machine machine = replacing_machine();
  LocalEc2 ec2;
  drive(ec2, machine);
  const std::string former = ec2.holder(kVolume);
  ec2.recommended = {InstanceId(former)};
  watch_until_back(ec2, machine, former);
  ec2.pass(5min);
  expect_own_disk(ec2);
}

TEST(ReplaceScenario, APauseLeavesNothingBehindAlsoInTheMiddleOfATask) {
  const Machine machine = replacing_machine();
  for (const bool in_task : {false, true}) {
    SCOPED_TRACE(in_task);
    LocalEc2 ec2;
    if (in_task) {
      ASSERT_TRUE(ec2.watch({machine},
                            [&](const Watch&) { return !ec2.resources(sim::kRootTask).empty(); }));
      ASSERT_EQ(ec2.holder(kVolume), "") << "the exchange is still to come";
    } else {
      drive(ec2, machine);
    }
    drive(ec2, machine, Goal::paused);
    ec2.pass(10min);
    EXPECT_TRUE(ec2.living().empty());
    EXPECT_EQ(ec2.resources("volume").size(), 1U);
    EXPECT_EQ(tag_of_root(ec2, tag::kGoal), "paused");
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }
}

TEST(ReplaceScenario, ANoticeInTheMiddleOfATaskCostsNoDisk) {
  const Machine machine = replacing_machine();
  for (const int seconds : {5, 20, 120}) {
    SCOPED_TRACE(seconds);
    LocalEc2 ec2;
    bool struck = false;
    ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
      for (const sim::Json& task : ec2.resources(sim::kRootTask)) {
        if (struck || task.at("taskState") == "succeeded") continue;
        ec2.control(
            "reclaim",
            {{"instance_id", task.at("instanceId")}, {"notice", true}, {"seconds", seconds}});
        struck = true;
      }
      return struck && is_up(watch, machine) && alone_in_service(ec2) &&
             ec2.resources("instance").size() > 1;
    })) << ec2.story();
    ec2.pass(5min);
    expect_own_disk(ec2);
  }
}

TEST(ReplaceScenario, AFailedTaskIsTriedOnceMoreOnTheSameBody) {
  LocalEc2 ec2;
  ec2.control("fault", {{"kind", "task_fails"}, {"count", 1}});
  drive(ec2, replacing_machine());
  expect_own_disk(ec2);
  EXPECT_EQ(ec2.resources("instance").size(), 1U);
}

TEST(ReplaceScenario, ABodyWithoutADiskIsGivenUpWithItsImagesDisk) {
  LocalEc2 ec2;
  ec2.control("fault", {{"kind", "task_fails_detached"}, {"count", 1}});
  drive(ec2, replacing_machine());
  ec2.pass(5min);
  expect_own_disk(ec2);
  EXPECT_EQ(ec2.resources("instance").size(), 2U);
}

TEST(ReplaceScenario, AutoGoesOnWithTheNextEngineWhenATaskFails) {
  LocalEc2 ec2;
  ec2.guests().habits.failing_stage = "check";
  ec2.guests().habits.failing_reason = "lvm";
  ec2.control("fault", {{"kind", "task_fails"}, {"count", 1}});
  drive(ec2, web_machine());
  EXPECT_TRUE(alone_in_service(ec2));
  EXPECT_EQ(sim::tag_value(ec2.living().front(), tag::kEngine), "swap");
  EXPECT_EQ(tag_of_root(ec2, tag::kEngine), "swap") << "it came up where replace did not";
}

TEST(ReplaceScenario, AutoTakesItForARootThatTheBootProgramCannotEnter) {
  LocalEc2 ec2;
  ec2.guests().habits.failing_stage = "check";
  ec2.guests().habits.failing_reason = "lvm";
  drive(ec2, web_machine());
  ec2.pass(5min);
  expect_own_disk(ec2);
  EXPECT_EQ(tag_of_root(ec2, tag::kEngineBecause), "lvm");

  // The next controller need not find out again.
  const std::string former = ec2.holder(kVolume);
  const std::size_t bodies = ec2.resources("instance").size();
  ec2.control("notice", {{"instance_id", former}});
  watch_until_back(ec2, web_machine(), former);
  EXPECT_EQ(ec2.resources("instance").size(), bodies + 1) << ec2.story();
}

TEST(ReplaceScenario, AutoTakesItAfterAnInstanceThatIsSilentAfterKexecAndRemembersThat) {
  LocalEc2 ec2;
  ec2.guests().habits.to_root = 24h * 365;
  const Machine machine = web_machine();
  const auto replacing = [&] {
    const auto living = ec2.living();
    return std::any_of(living.begin(), living.end(), [](const sim::Json& body) {
      return sim::tag_value(body, tag::kEngine) == "replace";
    });
  };
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch&) { return replacing(); })) << ec2.story();
  ec2.guests().habits.to_root = 25s;
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && alone_in_service(ec2);
  })) << ec2.story();
  expect_own_disk(ec2);
  EXPECT_EQ(tag_of_root(ec2, tag::kEngine), "replace");
  EXPECT_EQ(tag_of_root(ec2, tag::kEngineBecause), "silent");
}

// A world whose image has this boot mode.
sim::Json world_with(const Machine& machine, const char* boot_mode) {
  sim::Json seed = world_of({machine});
  seed["images"][0]["boot_mode"] = boot_mode;
  return seed;
}

TEST(ReplaceScenario, WhereTheFirmwareFindsNoLoaderAutoTakesPivotAtOnce) {
  const Machine machine = like_machines(1).front();
  for (const auto& [mode, engine] :
       {std::pair("legacy-bios", "pivot"), std::pair("uefi", "replace")}) {
    SCOPED_TRACE(mode);
    LocalEc2 ec2(world_with(machine, mode), 1);
    ec2.guests().habits.firmware = "uefi";
    ec2.guests().habits.failing_stage = "enter";
    ec2.guests().habits.failing_reason = "menu";
    ASSERT_TRUE(ec2.watch({machine}, [&](const Watch&) {
      const auto living = ec2.living();
      return living.size() == 1 && sim::tag_value(living.front(), tag::kEngine) == engine;
    })) << ec2.story();
    ec2.guests().habits.failing_stage.clear();
    drive(ec2, machine);
    EXPECT_EQ(ec2.resources("instance").size(), 2U) << ec2.story();
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }
}

TEST(ReplaceScenario, WhereNoEngineIsLeftForTheFirmwareTheImageIsNamed) {
  const Machine machine = like_machines(1).front();
  LocalEc2 ec2(world_with(machine, "uefi"), 1);
  ec2.guests().habits.firmware = "bios";
  ec2.guests().habits.failing_stage = "check";
  ec2.guests().habits.failing_reason = "lvm";
  const auto driven = ec2.drive(machine);
  ASSERT_FALSE(driven.has_value());
  EXPECT_NE(driven.error().describe().find("name an image whose boot mode is legacy-bios"),
            std::string::npos)
      << driven.error().describe();
  EXPECT_EQ(ec2.resources("instance").size(), 1U) << "no instance is tried in vain";
}

TEST(ReplaceScenario, WithTheOtherFirmwareAReplacedRootStaysSilent) {
  Machine machine = like_machines(1).front();
  machine.engine = Engine::replace;
  LocalEc2 ec2(world_with(machine, "uefi"), 1);
  ec2.guests().habits.firmware = "bios";
  EXPECT_FALSE(ec2.drive(machine).has_value());
  EXPECT_FALSE(ec2.serves(machine.volume.id.str()));
}

TEST(ReplaceScenario, WhereEc2DoesNotKnowTheCallAutoGoesOn) {
  for (const auto& [word, engine] : {std::pair("lvm", "swap"), std::pair("menu", "pivot")}) {
    SCOPED_TRACE(word);
    LocalEc2 ec2;
    ec2.guests().habits.failing_stage = "check";
    ec2.guests().habits.failing_reason = word;
    ec2.control("fault", {{"kind", "refuse"},
                          {"action", "CreateReplaceRootVolumeTask"},
                          {"count", 0},
                          {"code", "UnknownParameter"}});
    ec2.watch(
        {web_machine()}, [&](const Watch&) { return tag_of_root(ec2, tag::kEngine) == engine; },
        10min);
    ec2.guests().habits.failing_stage.clear();
    drive(ec2, web_machine());
    EXPECT_EQ(sim::tag_value(ec2.living().front(), tag::kEngine), engine) << ec2.story();
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }
}

TEST(ReplaceScenario, ARefusalIsToldWhereTheFileNamesTheEngine) {
  LocalEc2 ec2;
  ec2.control("fault", {{"kind", "refuse"},
                        {"action", "CreateReplaceRootVolumeTask"},
                        {"count", 0},
                        {"code", "UnsupportedOperation"}});
  const auto driven = ec2.drive(replacing_machine());
  ASSERT_FALSE(driven.has_value());
  EXPECT_NE(driven.error().describe().find("UnsupportedOperation"), std::string::npos);
}

TEST(ReplaceScenario, AMarketplaceRootIsReplacedWhereTheImageHasItsCodes) {
  const Machine machine = like_machines(1).front();
  for (const bool alike : {true, false}) {
    sim::Json seed = world_of({machine});
    seed["volumes"][0]["product_code"] = "abc";
    if (alike) seed["images"][0]["product_code"] = "abc";
    LocalEc2 ec2(seed, 1);
    drive(ec2, machine);
    EXPECT_TRUE(ec2.serves(machine.volume.id.str()));
    EXPECT_EQ(sim::tag_value(ec2.living().front(), tag::kEngine), alike ? "replace" : "swap");
    ec2.pass(5min);
    EXPECT_EQ(ec2.living().size(), 1U);
    EXPECT_EQ(ec2.resources("volume").size(), 1U);
    EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  }
}

TEST(ReplaceScenario, TwoControllersAtOnceMakeOneTask) {
  const Machine machine = replacing_machine();
  LocalEc2 ec2;
  Process first(ec2, std::nullopt), second(ec2, std::nullopt);
  Watch one(machine.owner, first.controls()), other(machine.owner, second.controls());
  one.set_machines({machine});
  other.set_machines({machine});
  for (int turn = 0; turn < 600 && !(is_up(one, machine) && is_up(other, machine)); ++turn) {
    one.turn();
    other.turn();
    ec2.pass(1s);
  }
  ec2.pass(5min);
  expect_own_disk(ec2);
  EXPECT_EQ(ec2.resources(sim::kRootTask).size(), 1U);
}

}  // namespace
}  // namespace ec2spotter::scenario
