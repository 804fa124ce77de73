// A watch keeps a machine up through everything that Spot and people do to it.
#include <gtest/gtest.h>

#include "local_ec2.hpp"
#include "model/tags.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

const MachineName kWeb("web");

LocalEc2::Enough reason_is(Reason reason) {
  return [reason](const Watch& watch) {
    const Decision* last = watch.last_decision(kWeb);
    return last != nullptr && last->reason == reason;
  };
}

void expect_up(LocalEc2& ec2, const Machine& machine = web_machine()) {
  ASSERT_TRUE(ec2.watch({machine}, reason_is(Reason::up))) << ec2.story();
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  const auto living = ec2.living();
  ASSERT_EQ(living.size(), 1U) << ec2.story();
  EXPECT_EQ(ec2.holder(kVolume), living.front().at("instanceId"));
  EXPECT_TRUE(ec2.guests().ssh_answers(kAddress));
}

std::string market_of_body(LocalEc2& ec2) {
  return ec2.living().front().value("instanceLifecycle", "on-demand");
}

void set_capacity(LocalEc2& ec2, const std::string& market, int available) {
  for (const char* type : {"t3.small", "t3.medium"}) {
    ec2.set_capacity(type, market, available);
  }
}

TEST(WatchScenario, BringsAMachineUpAndThenOnlyLooks) {
  LocalEc2 ec2;
  expect_up(ec2);
  const auto changes = ec2.changes();

  EXPECT_FALSE(ec2.watch({web_machine()}, reason_is(Reason::no_capacity), 30min));

  EXPECT_EQ(ec2.changes(), changes);
}

TEST(WatchScenario, ATypeThatEc2RefusesDoesNotBlockTheList) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.types = {"t3.medium", "m5.large", "t3.small"};
  ec2.set_capacity("t3.medium", "spot", 0);
  ec2.control("fault", {{"kind", "refuse"},
                        {"action", "RunInstances"},
                        {"count", 0},
                        {"code", "InvalidParameterCombination"},
                        {"message", "(ENA is required)"},
                        {"instance_type", "m5.large"}});
  expect_up(ec2, machine);
  EXPECT_EQ(ec2.living().front().at("instanceType"), "t3.small");
}

TEST(WatchScenario, AConsoleThatMayNotBeReadIsSaidAndFollowedOnceItMay) {
  LocalEc2 ec2;
  ec2.control("fault", {{"kind", "refuse"},
                        {"action", "GetConsoleOutput"},
                        {"count", 0},
                        {"code", "UnauthorizedOperation"},
                        {"message", "You are not authorized to perform this operation."}});
  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::console_denied), 2min)) << ec2.story();
  EXPECT_EQ(ec2.living().size(), 1U);
  ec2.control("fault", {{"kind", "clear"}});
  expect_up(ec2);
}

TEST(WatchScenario, ANoticeBringsTheNextBodyBeforeTheOldOneIsGone) {
  LocalEc2 ec2;
  expect_up(ec2);
  const std::string first = ec2.holder(kVolume);
  ec2.control("notice", {{"instance_id", first}});

  bool both = false;
  ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch& watch) {
    both = both || (ec2.living().size() == 2 && ec2.holder(kVolume) == first);
    return ec2.holder(kVolume) != first && reason_is(Reason::up)(watch);
  })) << ec2.story();

  EXPECT_TRUE(both) << "the successor did not wait while the old body lived";
  expect_up(ec2);
}

TEST(WatchScenario, ABodyUnderNoticeIsUsedToItsEndUnlessTheFileSaysOtherwise) {
  for (const bool release : {false, true}) {
    LocalEc2 ec2;
    Machine machine = web_machine();
    machine.release_on_notice = release;
    expect_up(ec2, machine);
    const std::string first = ec2.holder(kVolume);
    const TimePoint noticed = ec2.clock().now();
    ec2.control("notice", {{"instance_id", first}});

    ASSERT_TRUE(ec2.watch({machine}, [&](const Watch&) { return ec2.holder(kVolume) != first; }))
        << ec2.story();

    const Duration kept = ec2.clock().now() - noticed;
    if (release) {
      EXPECT_LT(kept, 80s);
    } else {
      EXPECT_GE(kept, 120s);
    }
    expect_up(ec2, machine);
  }
}

TEST(WatchScenario, ComesBackFromEveryEndOfABody) {
  const std::vector<std::pair<const char*, std::function<void(LocalEc2&, const std::string&)>>>
      ends{{"reclaim",
            [](LocalEc2& ec2, const std::string& body) {
              ec2.control("reclaim", {{"instance_id", body}});
            }},
           {"terminate",
            [](LocalEc2& ec2, const std::string& body) {
              EXPECT_EQ(ec2.person("TerminateInstances", {{"InstanceId.1", body}}), 200);
            }},
           {"detach",
            [](LocalEc2& ec2, const std::string& body) {
              EXPECT_EQ(ec2.person("DetachVolume", {{"VolumeId", kVolume}, {"InstanceId", body}}),
                        200);
            }},
           {"poweroff",
            [](LocalEc2& ec2, const std::string& body) { ec2.guests().press_power_button(body); }}};
  for (const auto& [name, end] : ends) {
    SCOPED_TRACE(name);
    LocalEc2 ec2;
    expect_up(ec2);
    const std::string first = ec2.holder(kVolume);
    end(ec2, first);
    ec2.pass(1s);

    ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch& watch) {
      return ec2.holder(kVolume) != first && reason_is(Reason::up)(watch);
    })) << ec2.story();
    expect_up(ec2);
  }
}

TEST(WatchScenario, AStoppedOnDemandBodyIsReplaced) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.markets = {Market::on_demand};
  expect_up(ec2, machine);
  const std::string first = ec2.holder(kVolume);
  EXPECT_EQ(ec2.person("StopInstances", {{"InstanceId.1", first}}), 200);

  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return ec2.holder(kVolume) != first && reason_is(Reason::up)(watch);
  })) << ec2.story();
  expect_up(ec2, machine);
}

TEST(WatchScenario, OfADeletedVolumeItSaysSoAndDoesNothingElse) {
  LocalEc2 ec2;
  expect_up(ec2);
  const std::string first = ec2.holder(kVolume);
  EXPECT_EQ(ec2.person("TerminateInstances", {{"InstanceId.1", first}}), 200);
  ec2.pass(2min);
  EXPECT_EQ(ec2.person("DeleteVolume", {{"VolumeId", kVolume}}), 200);
  ec2.pass(30s);
  const auto changes = ec2.changes();

  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::volume_missing))) << ec2.story();
  EXPECT_FALSE(ec2.watch({web_machine()}, reason_is(Reason::up), 10min));

  EXPECT_EQ(ec2.changes(), changes);
  EXPECT_TRUE(ec2.living().empty());
}

TEST(WatchScenario, ABodyThatNeverComesUpIsReplacedByAnotherEngineAndPool) {
  LocalEc2 ec2;
  ec2.guests().habits.to_root = 24h;
  ASSERT_FALSE(ec2.watch(
      {web_machine()},
      [&](const Watch&) {
        const auto living = ec2.living();
        return !living.empty() && living.front().at("instanceType") == "t3.medium" &&
               !ec2.holder(kVolume).empty();
      },
      9min))
      << "it was given up too early";
  ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch&) {
    const auto living = ec2.living();
    return !living.empty() && living.front().at("instanceType") == "t3.medium" &&
           !ec2.holder(kVolume).empty();
  })) << ec2.story();
  ec2.guests().habits.to_root = 20s;
  expect_up(ec2);
}

TEST(WatchScenario, AfterTwoSilentBodiesAPersonIsAsked) {
  LocalEc2 ec2;
  ec2.guests().habits.to_root = 24h;
  ec2.watch({web_machine()}, reason_is(Reason::up), 3h);

  EXPECT_EQ(ec2.living().size(), 1U);
  EXPECT_LE(ec2.resources("instance").size(), 3U);
  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::boot_timeout))) << ec2.story();
}

TEST(WatchScenario, AnAttachmentThatNeverEndsCostsTheBodyNotTheMachine) {
  LocalEc2 ec2;
  ec2.guests().habits.to_root = 24h;
  ec2.control("fault", {{"kind", "slow_state"}, {"action", "AttachVolume"}, {"seconds", 3600}});
  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::attachment_stuck))) << ec2.story();
  ec2.guests().habits.to_root = 20s;
  expect_up(ec2);
}

TEST(WatchScenario, ARootThatIsUpCountsAlthoughItsAttachmentIsShownLate) {
  LocalEc2 ec2;
  ec2.control("fault", {{"kind", "slow_state"}, {"action", "AttachVolume"}, {"seconds", 3600}});
  expect_up(ec2);
}

TEST(WatchScenario, ABodyLaunchedForAVolumeThatIsGoneIsCollected) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::waiting_for_preboot))) << ec2.story();
  EXPECT_EQ(ec2.person("DeleteVolume", {{"VolumeId", kVolume}}), 200);

  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::collecting_body))) << ec2.story();
  ec2.watch({web_machine()}, reason_is(Reason::up), 10min);
  EXPECT_TRUE(ec2.living().empty()) << ec2.story();
}

TEST(WatchScenario, OnDemandIsTakenOnlyAfterSpotHadItsTimeAndIsLeftForSpotAgain) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.markets = {Market::spot, Market::on_demand};
  machine.on_demand_after = 10min;
  machine.return_to_spot.when = ReturnToSpot::When::always;
  set_capacity(ec2, "spot", 0);
  ASSERT_TRUE(ec2.watch({machine}, reason_is(Reason::waiting_for_spot))) << ec2.story();
  const TimePoint wanted = ec2.clock().now();

  expect_up(ec2, machine);
  EXPECT_EQ(market_of_body(ec2), "on-demand");
  EXPECT_GE(ec2.clock().now() - wanted, 10min);

  const std::string first = ec2.holder(kVolume);
  set_capacity(ec2, "spot", 5);
  bool both = false;
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    both = both || (ec2.living().size() == 2 && ec2.holder(kVolume) == first);
    return ec2.holder(kVolume) != first && reason_is(Reason::up)(watch);
  })) << ec2.story();
  EXPECT_TRUE(both) << "the working body was given up before the next one waited";
  EXPECT_EQ(market_of_body(ec2), "spot");
}

TEST(WatchScenario, WithoutSpotCapacityAnOnDemandBodyStays) {
  LocalEc2 ec2;
  Machine machine = web_machine();
  machine.markets = {Market::spot, Market::on_demand};
  machine.return_to_spot.when = ReturnToSpot::When::always;
  set_capacity(ec2, "spot", 0);
  expect_up(ec2, machine);
  const std::string first = ec2.holder(kVolume);

  ec2.watch(
      {machine}, [&](const Watch&) { return ec2.holder(kVolume) != first; }, 2h);

  EXPECT_EQ(ec2.holder(kVolume), first);
  expect_up(ec2, machine);
}

TEST(WatchScenario, APausedMachineStaysPaused) {
  LocalEc2 ec2;
  ASSERT_TRUE(ec2.drive(web_machine()));
  ASSERT_TRUE(ec2.drive(web_machine(), Goal::paused));

  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::paused))) << ec2.story();
  EXPECT_TRUE(ec2.living().empty());
}

TEST(WatchScenario, WithoutCapacityItWaitsAndTakesTheFirstThatComes) {
  LocalEc2 ec2;
  set_capacity(ec2, "spot", 0);
  ASSERT_TRUE(ec2.watch({web_machine()}, reason_is(Reason::no_capacity))) << ec2.story();
  EXPECT_TRUE(ec2.living().empty());

  set_capacity(ec2, "spot", 1);
  expect_up(ec2);
}

TEST(WatchScenario, ARebalanceRecommendationMovesTheMachineWithoutGivingItUpFirst) {
  LocalEc2 ec2;
  expect_up(ec2);
  const std::string first = ec2.holder(kVolume);
  ec2.recommended.push_back(InstanceId(first));
  ec2.recommended.emplace_back("i-0ffffffffffffffff");

  bool both = false;
  ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch& watch) {
    both = both || (ec2.living().size() == 2 && ec2.holder(kVolume) == first);
    return ec2.holder(kVolume) != first && reason_is(Reason::up)(watch);
  })) << ec2.story();
  EXPECT_TRUE(both);
  expect_up(ec2);
}

TEST(WatchScenario, AHandOverIsFinishedByAWatchThatNeverHeardWhy) {
  LocalEc2 ec2;
  expect_up(ec2);
  const std::string first = ec2.holder(kVolume);
  ec2.recommended.push_back(InstanceId(first));
  ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch&) { return ec2.living().size() == 2; }));
  const std::string successor = ec2.living().back().at("instanceId");

  ec2.recommended.clear();
  ASSERT_TRUE(ec2.watch({web_machine()}, [&](const Watch& watch) {
    return ec2.holder(kVolume) != first && reason_is(Reason::up)(watch);
  })) << ec2.story();
  EXPECT_EQ(ec2.holder(kVolume), successor);
  EXPECT_EQ(ec2.living().size(), 1U);
}

}  // namespace
}  // namespace ec2spotter::scenario
