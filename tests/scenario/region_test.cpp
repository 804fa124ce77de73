// Moves of a root to another region, in virtual time. Each region has a watch of its own, as the
// watch of one process has a thread for each.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "model/tags.hpp"
#include "restoring.hpp"
#include "sim/core/resources/root_volumes.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHome = "us-east-1";
constexpr const char* kAway = "eu-west-1";
constexpr const char* kZoneAway = "eu-west-1a";
constexpr const char* kKeyAway =
    "arn:aws:kms:eu-west-1:123456789012:key/1111aaaa-0000-0000-0000-000000000000";

// The machine, whose file knows a second region.
Machine with_region(Machine home) {
  home.region = kHome;
  home.zone.clear();
  Machine away = home;
  away.region = kAway;
  away.volume = {};
  away.image = "ami-0bbbbbbbbbbbbbbb1";
  away.elastic_ip.clear();
  home.elsewhere = {away};
  return home;
}

Machine at_home() { return in_all_regions(with_region(web_machine())).at(0); }
Machine away() { return in_all_regions(with_region(web_machine())).at(1); }

void settle(LocalEc2& ec2) {
  ec2.guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
  const auto planted = ec2.core().seed(
      {{"region", kAway},
       {"snapshots", {{{"snapshot_id", "snap-0bbbbbbbbbbbbbbb1"}, {"size_gib", 2}}}},
       {"images",
        {{{"image_id", "ami-0bbbbbbbbbbbbbbb1"},
          {"name", "stock"},
          {"snapshot_id", "snap-0bbbbbbbbbbbbbbb1"}}}},
       {"key_pairs", {{{"key_name", "me"}, {"public_key", "ssh-ed25519 AAAA me"}}}}});
  ASSERT_TRUE(planted) << planted.error().message;
}

// A world in which the machine is up at home.
std::unique_ptr<LocalEc2> world(const Machine& machine = at_home()) {
  auto ec2 = std::make_unique<LocalEc2>();
  settle(*ec2);
  EXPECT_TRUE(ec2->drive(machine)) << ec2->story();
  return ec2;
}

std::unique_ptr<LocalEc2> world_under_order() {
  auto ec2 = world();
  order(*ec2, at_home(), kZoneAway);
  return ec2;
}

LocalEc2::Enough has_left(const Machine& machine) {
  return [machine](const Watch& watch) {
    const Decision* last = watch.last_decision(machine.name);
    return last != nullptr && last->reason == Reason::in_other_region;
  };
}

bool leave(LocalEc2& ec2, const Machine& machine, std::optional<CrashPoint> crash = std::nullopt) {
  return ec2.watch({machine}, has_left(machine), 1h, crash);
}

bool arrive(LocalEc2& ec2, const Machine& machine) {
  return ec2.watch({machine}, [&](const Watch& watch) { return is_up(watch, machine); });
}

// Up to the time when claims are not kept any more.
void tidy(LocalEc2& ec2) {
  look_after(ec2, at_home(), 8min);
  look_after(ec2, away(), 8min);
}

void expect_away(LocalEc2& ec2) {
  const sim::Json root = root_of(ec2, kAway);
  ASSERT_FALSE(root.is_null());
  const std::string id = root.at("volumeId");
  EXPECT_TRUE(ec2.serves(id));
  const sim::Json* body = ec2.instance(ec2.holder(id));
  ASSERT_NE(body, nullptr);
  EXPECT_EQ(ec2.guests().host_key(body->value("ipAddress", "")), kVolume);
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.living(kHome).size(), 0U);
  EXPECT_EQ(ec2.living(kAway).size(), 1U);
  EXPECT_EQ(sim::tag_value(root_of(ec2, kHome), tag::kState), tag::kRetired);
  EXPECT_FALSE(has_leftovers(ec2, kHome));
  EXPECT_FALSE(has_leftovers(ec2, kAway));
}

TEST(RegionScenario, AMachineComesBackInTheOtherRegion) {
  const auto ec2 = world_under_order();
  ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
  ASSERT_TRUE(arrive(*ec2, away())) << ec2->story();
  tidy(*ec2);
  expect_away(*ec2);
}

TEST(RegionScenario, ACommandFollowsItThere) {
  const auto ec2 = world_under_order();
  const auto left = ec2->drive_away(at_home(), Goal::up, 2);
  ASSERT_TRUE(left) << left.error().describe() << ec2->story();
  EXPECT_EQ(left->reason, Reason::in_other_region);
  ASSERT_TRUE(ec2->drive(away(), Goal::up, std::nullopt, 2)) << ec2->story();
  tidy(*ec2);
  expect_away(*ec2);
}

TEST(RegionScenario, AWorkingInstanceIsLeftOnlyWhenAFirstCopyIsThere) {
  const auto ec2 = world_under_order();
  std::size_t copied = 0;
  ec2->before_call = [&](const sim::ParamMap& call) {
    if (call.at("Action") != "TerminateInstances" || copied != 0) return;
    for (const sim::Json& each : ec2->resources("snapshot", kAway)) {
      const bool ours = sim::tag_value(each, tag::kPurpose) == "ahead";
      if (ours && each.at("status") == "completed") ++copied;
    }
  };
  ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
  ec2->before_call = {};
  EXPECT_EQ(copied, 1U);
}

TEST(RegionScenario, AMachineThatIsLostMeanwhileMovesAllTheSame) {
  const auto ec2 = world_under_order();
  ec2->control("reclaim", {{"instance_id", ec2->holder(kVolume)}});
  ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
  ASSERT_TRUE(arrive(*ec2, away())) << ec2->story();
  tidy(*ec2);
  expect_away(*ec2);
}

TEST(RegionScenario, APausedMachineStaysPaused) {
  const auto ec2 = world();
  ASSERT_TRUE(ec2->drive(at_home(), Goal::paused));
  order(*ec2, at_home(), kZoneAway);
  ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
  look_after(*ec2, away(), 10min);
  EXPECT_EQ(ec2->living(kAway).size(), 0U);
  EXPECT_EQ(sim::tag_value(root_of(*ec2, kAway), tag::kGoal), "paused");
  ASSERT_TRUE(ec2->drive(away())) << ec2->story();
  tidy(*ec2);
  expect_away(*ec2);
}

TEST(RegionScenario, TheFormerRootGoesOnceItsTimeIsOverAndTheNewOneHasComeUp) {
  Machine home = at_home();
  home.keep_retired = 20min;
  const auto ec2 = world_under_order();
  ASSERT_TRUE(leave(*ec2, home)) << ec2->story();
  look_after(*ec2, home, 1h);
  EXPECT_FALSE(root_of(*ec2, kHome).is_null()) << "nobody has seen the new one up";
  ASSERT_TRUE(arrive(*ec2, away())) << ec2->story();
  look_after(*ec2, away(), 8min);
  look_after(*ec2, home, 10min);
  EXPECT_TRUE(root_of(*ec2, kHome).is_null());
  EXPECT_TRUE(ec2->serves(root_of(*ec2, kAway).at("volumeId").get<std::string>()));
  EXPECT_EQ(ec2->violations(), std::vector<std::string>{});
}

TEST(RegionScenario, ItComesHomeAgain) {
  const auto ec2 = world_under_order();
  ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
  ASSERT_TRUE(arrive(*ec2, away())) << ec2->story();
  tidy(*ec2);
  const MoveOrder back{.generation = 3, .zone = "us-east-1b", .since = ec2->clock().now()};
  Process process(*ec2, std::nullopt, kAway);
  ASSERT_TRUE(process.controls().ec2.create_tags({root_of(*ec2, kAway).at("volumeId")},
                                                 {{std::string(tag::kMove), to_string(back)}}));
  ASSERT_TRUE(leave(*ec2, away())) << ec2->story();
  ASSERT_TRUE(arrive(*ec2, at_home())) << ec2->story();
  tidy(*ec2);
  const sim::Json root = root_of(*ec2, kHome);
  EXPECT_EQ(root.at("availabilityZone"), "us-east-1b");
  EXPECT_TRUE(ec2->serves(root.at("volumeId").get<std::string>()));
  EXPECT_EQ(ec2->guests().host_key(kAddress), kVolume);
  EXPECT_EQ(ec2->guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2->violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2->living(kAway).size(), 0U);
}

TEST(RegionScenario, DataVolumesMoveWithTheRoot) {
  const Machine home = with_region(data_machine());
  const auto variants = in_all_regions(home);
  LocalEc2 ec2(world_of({home}), 1);
  settle(ec2);
  need_data(ec2, home);
  ASSERT_TRUE(ec2.drive(variants.at(0))) << ec2.story();
  order(ec2, variants.at(0), kZoneAway);
  ASSERT_TRUE(leave(ec2, variants.at(0))) << ec2.story();
  ASSERT_TRUE(arrive(ec2, variants.at(1))) << ec2.story();
  look_after(ec2, variants.at(0), 8min);
  look_after(ec2, variants.at(1), 8min);
  const std::string body = ec2.holder(root_of(ec2, kAway).at("volumeId"));
  std::size_t attached = 0;
  for (const sim::Json& volume : ec2.resources("volume", kAway)) {
    if (sim::tag_value(volume, tag::kRole) != tag::kRoleData) continue;
    EXPECT_EQ(ec2.holder(volume.at("volumeId")), body);
    ++attached;
  }
  EXPECT_EQ(attached, 2U);
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_FALSE(has_leftovers(ec2, kHome));
  EXPECT_FALSE(has_leftovers(ec2, kAway));
}

TEST(RegionScenario, WithoutATableForTheRegionItStaysUpAndSaysSo) {
  Machine machine = at_home();
  machine.elsewhere.clear();
  const auto ec2 = world(machine);
  order(*ec2, machine, kZoneAway);
  const auto refused = [&](const Watch& watch) {
    const Decision* last = watch.last_decision(machine.name);
    return last != nullptr && last->reason == Reason::move_refused &&
           last->detail.find("[regions.eu-west-1]") != std::string::npos;
  };
  EXPECT_TRUE(ec2->watch({machine}, refused)) << ec2->story();
  EXPECT_TRUE(ec2->serves(kVolume));
}

TEST(RegionScenario, ARegionThatDoesNotAnswerKeepsNothingFromWorking) {
  const auto ec2 = world_under_order();
  ec2->hanging_regions = {kAway};
  look_after(*ec2, at_home(), 10min);
  EXPECT_TRUE(ec2->serves(kVolume)) << "nobody leaves for a region that is not there";
  ec2->hanging_regions = {};
  ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
  ASSERT_TRUE(arrive(*ec2, away())) << ec2->story();
  tidy(*ec2);
  expect_away(*ec2);
}

// The last copy is refused by a key there: a person cures it, or stops the order.
TEST(RegionScenario, AKeyThatCannotBeUsedThereIsSaidAndTheOrderCanBeStopped) {
  Machine home = at_home();
  home.elsewhere.front().kms_key = kKeyAway;
  const std::string key_home =
      "arn:aws:kms:us-east-1:123456789012:key/2222bbbb-0000-0000-0000-000000000000";
  LocalEc2 ec2;
  settle(ec2);
  ASSERT_TRUE(ec2.core().seed({{"region", kHome},
                               {"keys", {{{"key_id", "2222bbbb-0000-0000-0000-000000000000"}}}},
                               {"volumes",
                                {{{"volume_id", "vol-0eeeeeeeeeeeeeee1"},
                                  {"zone", "us-east-1a"},
                                  {"size_gib", 8},
                                  {"kms_key", key_home}}}}}));
  ASSERT_TRUE(ec2.core().seed(
      {{"region", kAway},
       {"keys", {{{"key_id", "1111aaaa-0000-0000-0000-000000000000"}, {"state", "disabled"}}}}}));
  home.volume = parse_volume_name("vol-0eeeeeeeeeeeeeee1");
  ASSERT_TRUE(ec2.drive(home)) << ec2.story();
  order(ec2, home, kZoneAway);
  const auto refused = [&](const Watch& watch) {
    const Decision* last = watch.last_decision(home.name);
    return last != nullptr && last->reason == Reason::move_refused &&
           last->detail.find("could not copy") != std::string::npos;
  };
  ASSERT_TRUE(ec2.watch({home}, refused)) << ec2.story();
  EXPECT_TRUE(ec2.serves("vol-0eeeeeeeeeeeeeee1")) << "the first copy fails while it works";
  ASSERT_TRUE(carry_out(ec2, home, step::CancelMove{home.volume.id, 2}));
  look_after(ec2, home, 15min);
  EXPECT_TRUE(ec2.serves("vol-0eeeeeeeeeeeeeee1"));
  EXPECT_FALSE(has_leftovers(ec2, kAway));
  EXPECT_FALSE(has_leftovers(ec2, kHome));
}

// Either the move or its end wins, whenever a person stops it.
TEST(RegionScenario, ItIsStoppedAtEachOfItsCalls) {
  int stopped = 0, late = 0;
  const auto run = [&](int at) {
    SCOPED_TRACE("stopped at call " + std::to_string(at));
    const auto ec2 = world_under_order();
    int calls = 0;
    bool busy = false, cancelled = false;
    ec2->before_call = [&](const sim::ParamMap&) {
      if (busy || calls++ != at) return;
      busy = true;
      cancelled = cancel(*ec2, at_home());
      busy = false;
    };
    const auto settled = [&](const Watch& watch) {
      return has_left(at_home())(watch) ||
             (is_up(watch, at_home()) && sim::generation_of(root_of(*ec2, kHome)) == 2);
    };
    EXPECT_TRUE(ec2->watch({at_home()}, settled)) << ec2->story();
    ec2->before_call = {};
    EXPECT_EQ(root_of(*ec2, kAway).is_null(), cancelled);
    if (!cancelled) {
      EXPECT_TRUE(arrive(*ec2, away())) << ec2->story();
    }
    tidy(*ec2);
    EXPECT_EQ(ec2->serves(kVolume), cancelled);
    EXPECT_EQ(ec2->violations(), std::vector<std::string>{});
    EXPECT_EQ(ec2->guests().losses(), std::vector<std::string>{});
    EXPECT_FALSE(has_leftovers(*ec2, kHome));
    EXPECT_FALSE(has_leftovers(*ec2, kAway));
    ++(cancelled ? stopped : late);
    return calls;
  };
  const int calls = run(-1);
  late = 0;
  for (int at = 0; at < calls && !testing::Test::HasFailure(); at += 3) run(at);
  EXPECT_GT(stopped, 10);
  EXPECT_GT(late, 2);
}

TEST(RegionScenario, ItsControllerIsKilledAtEachOfItsCalls) {
  const auto first = world_under_order();
  ASSERT_TRUE(leave(*first, at_home())) << first->story();
  const std::vector<bool> calls = first->calls_of_last_drive();
  ASSERT_GT(calls.size(), 50U);
  for (int call = 0; call < std::ssize(calls); ++call) {
    const bool changes = calls[static_cast<std::size_t>(call)];
    if (!changes && call % 8 != 0) continue;
    for (const auto effect : {CrashPoint::Effect::none, CrashPoint::Effect::done}) {
      SCOPED_TRACE("killed at call " + std::to_string(call));
      const auto ec2 = world_under_order();
      ASSERT_FALSE(leave(*ec2, at_home(), CrashPoint{.call = call, .effect = effect}));
      ASSERT_TRUE(leave(*ec2, at_home())) << ec2->story();
      ASSERT_TRUE(arrive(*ec2, away())) << ec2->story();
      tidy(*ec2);
      expect_away(*ec2);
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(RegionScenario, OneControllerIsOvertakenByAnotherAtEachOfItsCalls) {
  const auto run = [](int at) {
    SCOPED_TRACE("overtaken at call " + std::to_string(at));
    const auto ec2 = world_under_order();
    int calls = 0;
    bool others_turn = false;
    ec2->before_call = [&](const sim::ParamMap&) {
      if (others_turn || calls++ != at) return;
      others_turn = true;
      EXPECT_TRUE(leave(*ec2, at_home())) << ec2->story();
      EXPECT_TRUE(arrive(*ec2, away())) << ec2->story();
      others_turn = false;
    };
    EXPECT_TRUE(leave(*ec2, at_home())) << ec2->story();
    ec2->before_call = {};
    EXPECT_TRUE(arrive(*ec2, away())) << ec2->story();
    tidy(*ec2);
    expect_away(*ec2);
    return calls;
  };
  const int calls = run(-1);
  for (int at = 0; at < calls && !testing::Test::HasFailure(); at += 2) run(at);
}

}  // namespace
}  // namespace ec2spotter::scenario
