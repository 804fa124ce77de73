// The pure parts of `drill`: phases, outage, comparison, earlier interruptions and the report.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/commands/drill/drill_report.hpp"
#include "cli/commands/drill/guest.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;
using Outcome = Comparison::Outcome;

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

TEST(OutageMeterTest, TakesTheLongestTimeWithoutAnAnswer) {
  OutageMeter meter;
  meter.take(0ms, true);
  EXPECT_EQ(meter.longest(), std::nullopt);
  meter.take(200ms, false);  // one lost packet
  meter.take(400ms, true);
  for (const Duration at : {5000ms, 7000ms, 9000ms}) meter.take(at, false);
  EXPECT_TRUE(meter.is_out());
  meter.take(9500ms, true);
  EXPECT_FALSE(meter.is_out());
  EXPECT_EQ(meter.longest(), (Gap{.begun = 5000ms, .time = 4500ms, .ended = true}));
}

TEST(OutageMeterTest, AnOutageThatLastsIsToldAsSuch) {
  OutageMeter meter;
  meter.take(0ms, false);
  meter.take(100s, true);
  meter.take(200s, false);
  meter.take(230s, false);
  EXPECT_EQ(meter.longest(), (Gap{.begun = 200s, .time = 30s, .ended = false}));
}

class PhasesTest : public testing::Test {
 protected:
  PhasesTest() {
    machine.name = MachineName("web");
    machine.volume.id = VolumeId("vol-1");
    seen.volumes.emplace_back().id = VolumeId("vol-1");
    seen.volumes.front().state = VolumeState::in_use;
    former() = instance("i-1");
    hold("i-1");
  }

  static Instance instance(const std::string& id) {
    Instance body;
    body.id = InstanceId(id);
    body.state = InstanceState::running;
    return body;
  }

  Instance& former() {
    if (seen.bodies.empty()) seen.bodies.emplace_back();
    return seen.bodies.front();
  }

  void hold(const std::string& id) {
    seen.volumes.front().attachments = {
        {.instance = InstanceId(id), .device = "/dev/sdf", .state = AttachmentState::attached}};
  }

  static std::vector<std::pair<std::string, Duration>> told(const Phases& phases) {
    std::vector<std::pair<std::string, Duration>> all;
    for (const Phase& phase : phases.all()) all.emplace_back(phase.name, phase.since);
    return all;
  }

  Machine machine;
  Observation seen;
};

TEST_F(PhasesTest, EachIsToldOnceAndWithItsFirstTime) {
  Phases phases(InstanceId("i-1"), seen);
  phases.take(machine, seen, 1s);
  EXPECT_TRUE(phases.all().empty());
  EXPECT_FALSE(phases.former_has_left());

  seen.bodies.push_back(instance("i-2"));
  phases.take(machine, seen, 2s);
  EXPECT_TRUE(phases.has_next());
  former().state = InstanceState::shutting_down;
  phases.take(machine, seen, 3s);
  EXPECT_TRUE(phases.former_has_left());
  former().state = InstanceState::terminated;
  phases.take(machine, seen, 4s);
  hold("i-2");
  phases.take(machine, seen, 5s);
  Decision booting;
  booting.reason = Reason::booting;
  phases.take(booting, 6s);
  phases.take(booting, 7s);
  seen.address.emplace().instance = InstanceId("i-2");
  phases.take(machine, seen, 8s);
  phases.take(machine, seen, 9s);

  const std::vector<std::pair<std::string, Duration>> expected{{"next_instance_launched", 2s},
                                                               {"instance_gone", 4s},
                                                               {"root_attached", 5s},
                                                               {"booting", 6s},
                                                               {"address_moved", 8s}};
  EXPECT_EQ(told(phases), expected);
}

TEST_F(PhasesTest, AnInstanceThatWaitedBeforeIsNoNextOne) {
  seen.bodies.push_back(instance("i-0"));
  Phases phases(InstanceId("i-1"), seen);
  phases.take(machine, seen, 1s);
  EXPECT_FALSE(phases.has_next());
}

Event decision(Duration at, Reason reason) {
  return {.time = kNow + at,
          .machine = "web",
          .kind = "decision",
          .reason = std::string(to_string(reason)),
          .detail = {},
          .steps = {}};
}

Event drill(Duration at, const std::string& reason) {
  Event event = decision(at, Reason::up);
  event.kind = kDrillKind;
  event.reason = reason;
  return event;
}

TEST(EarlierTest, AnInterruptionLastsFromItsFirstSignUntilTheMachineIsUp) {
  const auto found =
      interruptions({decision(0s, Reason::launching_body), decision(90s, Reason::up),
                     decision(200s, Reason::launching_body),
                     decision(210s, Reason::waiting_for_release), decision(300s, Reason::booting),
                     decision(320s, Reason::up), decision(330s, Reason::unhealthy),
                     decision(340s, Reason::up), decision(400s, Reason::waiting_for_release),
                     decision(450s, Reason::up), decision(500s, Reason::no_capacity)},
                    5);
  EXPECT_EQ(found, (std::vector<Interruption>{{.at = kNow + 200s, .until_up = 120s},
                                              {.at = kNow + 400s, .until_up = 50s}}));
}

TEST(EarlierTest, OnlyTheLastOnesAreTold) {
  std::vector<Event> events{decision(0s, Reason::up)};
  for (int i = 1; i <= 7; ++i) {
    events.push_back(decision(i * 100s, Reason::launching_body));
    events.push_back(decision(i * 100s + 10s, Reason::up));
  }
  const auto found = interruptions(events, 5);
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found.front().at, kNow + 300s);
  EXPECT_EQ(found.back().at, kNow + 700s);
}

TEST(EarlierTest, WhatSomebodyWantedIsNoInterruption) {
  EXPECT_TRUE(
      interruptions({decision(0s, Reason::up), decision(10s, Reason::waiting_for_release),
                     decision(20s, Reason::paused), decision(500s, Reason::launching_body),
                     decision(600s, Reason::up), decision(700s, Reason::preparing_hand_over),
                     decision(800s, Reason::handing_over), decision(810s, Reason::attaching_root),
                     decision(900s, Reason::up), decision(1000s, Reason::moving_root),
                     decision(1100s, Reason::launching_body), decision(1200s, Reason::up)},
                    5)
          .empty());
}

TEST(EarlierTest, ADrillIsNoInterruption) {
  const auto found =
      interruptions({decision(0s, Reason::up), drill(10s, "cut"),
                     decision(20s, Reason::launching_body), drill(90s, kDrillEnded),
                     decision(100s, Reason::up), drill(200s, "rebalance"), drill(230s, kDrillEnded),
                     decision(300s, Reason::launching_body), decision(360s, Reason::up)},
                    5);
  EXPECT_EQ(found, (std::vector<Interruption>{{.at = kNow + 300s, .until_up = 60s}}));
}

Facts facts() {
  return {.address = "203.0.113.7",
          .private_address = "172.31.0.9",
          .host_key = "SHA256:abc",
          .guest = GuestFacts{.machine_id = "0123", .probe_file = "4567"},
          .guest_unread = {}};
}

Machine with_address() {
  Machine machine;
  machine.elastic_ip = "203.0.113.7";
  return machine;
}

const Comparison& of(const std::vector<Comparison>& all, const std::string& what) {
  for (const Comparison& each : all) {
    if (each.what == what) return each;
  }
  ADD_FAILURE() << what << " is missing";
  return all.front();
}

TEST(ComparingTest, WhatIsTheSameIsSaidToBe) {
  const auto all = compare(with_address(), facts(), facts());
  ASSERT_EQ(all.size(), 4U);
  for (const Comparison& each : all) EXPECT_EQ(each.outcome, Outcome::same) << each.what;
}

TEST(ComparingTest, EachDifferenceBreaksAPromise) {
  Machine machine = with_address();
  machine.keeps_private_ip = true;
  const Facts after{.address = "203.0.113.8",
                    .private_address = "172.31.0.10",
                    .host_key = "SHA256:xyz",
                    .guest = GuestFacts{.machine_id = "89", .probe_file = ""},
                    .guest_unread = {}};
  const auto all = compare(machine, facts(), after);
  ASSERT_EQ(all.size(), 5U);
  for (const Comparison& each : all) EXPECT_EQ(each.outcome, Outcome::broken) << each.what;
  EXPECT_EQ(of(all, "address").why,
            "the address was 203.0.113.7 and is now 203.0.113.8, although its file has elastic_ip "
            "= 203.0.113.7");
  EXPECT_NE(of(all, "probe_file").why.find("is now gone"), std::string::npos);
}

TEST(ComparingTest, AnAddressThatNobodyKeepsMayChange) {
  Facts after = facts();
  after.address = "198.51.100.1";
  after.private_address = "172.31.0.10";
  const auto all = compare(Machine{}, facts(), after);
  EXPECT_EQ(of(all, "address").outcome, Outcome::changed);
  EXPECT_EQ(all.size(), 4U);
}

TEST(ComparingTest, WhatIsNotKnownIsNotComparedAndSaysWhy) {
  Facts closed = facts();
  closed.guest.reset();
  closed.guest_unread = "Permission denied";
  for (const auto& all :
       {compare(with_address(), closed, closed), compare(with_address(), facts(), closed)}) {
    EXPECT_EQ(of(all, "machine_id").outcome, Outcome::not_compared);
    EXPECT_EQ(of(all, "probe_file").why, "Permission denied");
  }
  Machine unprobed;
  unprobed.probe = false;
  EXPECT_EQ(of(compare(unprobed, facts(), facts()), "host_key").outcome, Outcome::not_compared);
  Facts full = facts();
  full.guest->probe_file.clear();
  EXPECT_EQ(of(compare(with_address(), full, full), "probe_file").outcome, Outcome::not_compared);
  for (const Comparison& each : compare(with_address(), facts(), std::nullopt)) {
    EXPECT_EQ(each.outcome, Outcome::not_compared);
  }
}

// As `ssh-keygen -l` prints it: `printf '' | sha256sum`, in base64 without padding.
TEST(ComparingTest, AHostKeyIsShownAsSshShowsIt) {
  EXPECT_EQ(fingerprint_of("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
  EXPECT_EQ(fingerprint_of(""), "");
}

TEST(GuestTest, ReadsWhatTheScriptPrintsAmongOtherLines) {
  const auto facts = parse_guest(
      "Welcome!\nec2spotter-drill machine-id 0123\nec2spotter-drill file 4567\n"
      "ec2spotter-drill end\n");
  ASSERT_TRUE(facts);
  EXPECT_EQ(*facts, (GuestFacts{.machine_id = "0123", .probe_file = "4567"}));
  const auto bare =
      parse_guest("ec2spotter-drill machine-id \nec2spotter-drill file \nec2spotter-drill end\n");
  ASSERT_TRUE(bare);
  EXPECT_EQ(*bare, GuestFacts{});
  EXPECT_EQ(parse_guest("ec2spotter-drill machine-id 0123\n"), std::nullopt);
  EXPECT_EQ(last_words("first\nPermission denied.\r\n\n"), "Permission denied.");
  EXPECT_EQ(last_words(""), "it said nothing");
}

TEST(DrillReportTest, HasOneSentenceForEachBrokenPromise) {
  DrillReport report;
  report.machine = "web";
  report.kind = "cut";
  report.former = "i-1";
  report.time = 60s;
  report.down_because = "no capacity";
  report.compared = compare(with_address(), facts(), std::nullopt);
  report.outage = Gap{.begun = 1s, .time = 59s, .ended = false};
  EXPECT_EQ(broken_promises(report),
            std::vector<std::string>{
                "the machine is not up again 60 s after the interruption: no capacity"});
  EXPECT_EQ(to_json(report)["outage"]["seconds"], nullptr);
  EXPECT_NE(to_text(report).find("broken   the machine is not up again"), std::string::npos);
  report.up = true;
  EXPECT_TRUE(broken_promises(report).empty());
}

TEST(DrillReportTest, TellsTimesInSeconds) {
  DrillReport report;
  report.up = true;
  report.former = "i-1";
  report.present = "i-2";
  report.phases = {{.name = "instance_gone", .since = 1500ms, .detail = "i-1"}};
  report.outage = Gap{.begun = 1s, .time = 12340ms, .ended = true};
  report.earlier = {{.at = kNow, .until_up = 90s}};
  const auto json = to_json(report);
  EXPECT_EQ(json["phases"][0]["seconds"], 1.5);
  EXPECT_EQ(json["outage"]["seconds"], 12.34);
  EXPECT_EQ(json["earlier"][0]["time"], "2026-11-24T00:00:00.000Z");
  EXPECT_EQ(json["earlier"][0]["seconds"], 90.0);
  const std::string text = to_text(report);
  EXPECT_NE(text.find("phase        1.5s instance gone: i-1\n"), std::string::npos);
  EXPECT_NE(text.find("outage   12.3 s without an answer"), std::string::npos);
}

}  // namespace
}  // namespace ec2spotter::cli
