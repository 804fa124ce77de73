// The controller is killed at each of its calls, and another one is started with no memory. There
// are two points for each call: before it is sent, and after its effect but before its reply. A
// third, after the reply but before it is remembered, is the first one of the next call, since all
// that is remembered dies with the process.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "model/tags.hpp"
#include "restoring.hpp"
#include "sim/core/resources/root_volumes.hpp"
#include "unattended_guests.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;
using Effect = CrashPoint::Effect;

// A course of events under one controller, from a prepared world to an end.
struct Story {
  std::function<void(LocalEc2&)> before;  // what has happened when the controller starts
  // Runs a controller to the end of the story, or to its death at `crash`: has it got there?
  std::function<bool(LocalEc2&, std::optional<CrashPoint> crash)> run;
  std::size_t bodies = 1;              // that live in the end
  std::vector<Machine> machines = {};  // of a world of their own; empty: LocalEc2's usual one
  bool without_image_disk = false;     // their bodies have no other disk than the root
  std::size_t former_roots = 0;        // that are kept
  std::size_t backups = 0;
  std::size_t interfaces = 0;  // likewise

  std::unique_ptr<LocalEc2> world() const {
    if (machines.empty()) return std::make_unique<LocalEc2>();
    auto world = std::make_unique<LocalEc2>(world_of(machines), 1);
    for (const Machine& machine : machines) need_data(*world, machine);
    return world;
  }
};

Machine machine_on_both_markets() {
  Machine machine = web_machine();
  machine.markets = {Market::spot, Market::on_demand};
  machine.return_to_spot.when = ReturnToSpot::When::always;
  return machine;
}

// A quick guest: the fewer turns a story has, the fewer of its crash points are alike.
void with_quick_guests(LocalEc2& ec2) {
  ec2.guests().habits = {.to_preboot = 2s, .to_root = 3s, .failing_stage = {}};
}

void up(LocalEc2& ec2) {
  with_quick_guests(ec2);
  ASSERT_TRUE(ec2.drive(web_machine()));
}

void set_spot_capacity(LocalEc2& ec2, int available) {
  for (const char* type : {"t3.small", "t3.medium"}) {
    ec2.set_capacity(type, "spot", available);
  }
}

std::function<bool(LocalEc2&, std::optional<CrashPoint>)> driven(Goal goal) {
  return [goal](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    return ec2.drive(web_machine(), goal, crash).has_value();
  };
}

// Watched until the root is up on another body than at the start of the watch, or on any.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> watched(
    Machine machine, std::function<bool(LocalEc2&)> enough) {
  return [machine = std::move(machine), enough](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    return ec2.watch(
        {machine}, [&](const Watch& watch) { return is_up(watch, machine) && enough(ec2); }, 1h,
        crash);
  };
}

bool on_spot(LocalEc2& ec2) {
  const auto living = ec2.living();
  return living.size() == 1 && living.front().value("instanceLifecycle", "") == "spot";
}

bool in_service(LocalEc2& ec2) { return ec2.guests().ssh_answers(kAddress); }

void expect_end(LocalEc2& ec2, const Story& story) {
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.living().size(), story.bodies);
  std::size_t fleets = 0;
  for (const sim::Json& fleet : ec2.resources("fleet")) {
    if (fleet.at("fleetState") == "active") ++fleets;
  }
  EXPECT_LE(fleets, story.bodies);
  if (story.bodies == 1) {
    EXPECT_TRUE(in_service(ec2));
  }
  std::size_t data = 0;
  for (const Machine& machine : story.machines) {
    const std::string root = newest_of(ec2, machine.volume.id.str());
    EXPECT_EQ(ec2.serves(root), story.bodies > 0);
    for (const DataVolume& each : machine.data_volumes) {
      const std::string data_now = newest_of(ec2, data_id(machine, each.volume).str());
      EXPECT_EQ(ec2.holder(data_now), ec2.holder(root)) << data_now;
      ++data;
    }
  }
  // Nothing leaked: the volumes are the machines' own and those of the bodies that live.
  const std::size_t roots = std::max<std::size_t>(1, story.machines.size());
  EXPECT_EQ(ec2.resources("volume").size(),
            roots + data + story.former_roots + (story.without_image_disk ? 0 : story.bodies));
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  if (story.former_roots > 0) {
    EXPECT_FALSE(has_leftovers(ec2));
  }
  const auto snapshots = ec2.resources("snapshot");
  const auto ours = std::count_if(snapshots.begin(), snapshots.end(), [](const sim::Json& each) {
    return sim::tag_value(each, tag::kRole) == tag::kRoleSnapshot;
  });
  EXPECT_EQ(static_cast<std::size_t>(ours), story.backups);
  EXPECT_EQ(kept_interfaces(ec2).size(), story.interfaces);
  for (const sim::Json& request : ec2.resources("spot-request")) {
    EXPECT_NE(request.at("state"), "open") << "it would launch another body by itself";
  }
}

std::vector<bool> calls_of(const Story& story) {
  const auto world = story.world();
  LocalEc2& ec2 = *world;
  story.before(ec2);
  EXPECT_TRUE(story.run(ec2, std::nullopt)) << ec2.story();
  return ec2.calls_of_last_drive();
}

void kill_and_run_again(const Story& story, const CrashPoint& crash) {
  SCOPED_TRACE("killed at call " + std::to_string(crash.call) +
               (crash.effect == Effect::done ? " after its effect" : " before it is sent"));
  const auto world = story.world();
  LocalEc2& ec2 = *world;
  story.before(ec2);
  ASSERT_FALSE(story.run(ec2, crash));

  ASSERT_TRUE(story.run(ec2, std::nullopt)) << ec2.story();
  ec2.pass(5min);
  expect_end(ec2, story);
}

// A reading call has no effect, so that to die before and after it is the same. While a controller
// waits for EC2 for long, every eighth such call stands for its neighbours.
std::vector<CrashPoint> crash_points(const std::vector<bool>& calls) {
  constexpr int kWaitsFrom = 20;
  std::vector<CrashPoint> points;
  int readings = 0;
  for (int call = 0; call < std::ssize(calls); ++call) {
    const bool changes = calls[static_cast<std::size_t>(call)];
    readings = changes ? 0 : readings + 1;
    if (readings > kWaitsFrom && readings % 8 != 0) continue;
    if (changes) points.push_back({.call = call, .effect = Effect::none});
    points.push_back({.call = call, .effect = Effect::done});
  }
  return points;
}

void kill_at_every_call(const Story& story) {
  const auto points = crash_points(calls_of(story));
  ASSERT_GT(points.size(), 5U);
  for (const CrashPoint& point : points) {
    kill_and_run_again(story, point);
    if (testing::Test::HasFailure()) return;
  }
  std::cout << points.size() << " crash points\n";
}

TEST(CrashScenario, Launch) {
  kill_at_every_call({.before = with_quick_guests, .run = driven(Goal::up)});
}

// An unattended machine is driven while its guests do their part.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> driven_unattended(Goal goal) {
  return [goal](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    Machine machine = web_machine();
    machine.unattended = true;
    UnattendedGuests guests(ec2);
    ec2.before_call = [&](const sim::ParamMap&) { guests.act(); };
    const bool reached = ec2.drive(machine, goal, crash).has_value();
    ec2.before_call = {};
    return reached;
  };
}

void with_role(LocalEc2& ec2) {
  with_quick_guests(ec2);
  UnattendedGuests(ec2).make_role(web_machine());
}

TEST(CrashScenario, LaunchUnattended) {
  kill_at_every_call({.before = with_role, .run = driven_unattended(Goal::up)});
}

TEST(CrashScenario, PauseUnattended) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            with_role(ec2);
                            ASSERT_TRUE(driven_unattended(Goal::up)(ec2, std::nullopt));
                          },
                      .run = driven_unattended(Goal::paused),
                      .bodies = 0});
}

TEST(CrashScenario, LaunchUnderNotice) {
  kill_at_every_call(
      {.before =
           [](LocalEc2& ec2) {
             up(ec2);
             ec2.control("reclaim",
                         {{"instance_id", ec2.holder(kVolume)}, {"notice", true}, {"seconds", 30}});
           },
       .run = driven(Goal::up)});
}

TEST(CrashScenario, Pause) {
  kill_at_every_call({.before = up, .run = driven(Goal::paused), .bodies = 0});
}

TEST(CrashScenario, Resume) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            up(ec2);
                            ASSERT_TRUE(ec2.drive(web_machine(), Goal::paused));
                          },
                      .run = driven(Goal::up)});
}

TEST(CrashScenario, WatchUnderNotice) {
  kill_at_every_call(
      {.before =
           [](LocalEc2& ec2) {
             up(ec2);
             ec2.control("reclaim",
                         {{"instance_id", ec2.holder(kVolume)}, {"notice", true}, {"seconds", 20}});
           },
       .run = watched(web_machine(), alone_in_service)});
}

TEST(CrashScenario, WatchWithoutNotice) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            up(ec2);
                            ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
                            ec2.pass(2s);
                          },
                      .run = watched(web_machine(), in_service)});
}

TEST(CrashScenario, WatchAfterAStopByHand) {
  kill_at_every_call(
      {.before =
           [](LocalEc2& ec2) {
             with_quick_guests(ec2);
             Machine machine = web_machine();
             machine.markets = {Market::on_demand};
             ASSERT_TRUE(ec2.drive(machine));
             EXPECT_EQ(ec2.person("StopInstances", {{"InstanceId.1", ec2.holder(kVolume)}}), 200);
             ec2.pass(2s);
           },
       .run = watched(web_machine(), alone_in_service)});
}

TEST(CrashScenario, FallbackToOnDemand) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            set_spot_capacity(ec2, 0);
                          },
                      .run = watched(machine_on_both_markets(), in_service)});
}

TEST(CrashScenario, ReturnToSpot) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            set_spot_capacity(ec2, 0);
                            Machine machine = machine_on_both_markets();
                            ASSERT_TRUE(ec2.drive(machine));
                            set_spot_capacity(ec2, 5);
                          },
                      .run = watched(machine_on_both_markets(), on_spot)});
}

TEST(CrashScenario, ReleaseOnNotice) {
  Machine machine = web_machine();
  machine.release_on_notice = true;
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            up(ec2);
                            ec2.control("notice", {{"instance_id", ec2.holder(kVolume)}});
                          },
                      .run = watched(machine, alone_in_service)});
}

void up_by_swap(LocalEc2& ec2) {
  with_quick_guests(ec2);
  ASSERT_TRUE(ec2.drive(swapping_machine()));
}

void up_by_replacement(LocalEc2& ec2) {
  with_quick_guests(ec2);
  ASSERT_TRUE(ec2.drive(replacing_machine()));
}

TEST(CrashScenario, LaunchByReplacement) {
  kill_at_every_call({.before = with_quick_guests,
                      .run = watched(replacing_machine(), alone_in_service),
                      .without_image_disk = true});
}

void kill_after_loss(const char* how) {
  kill_at_every_call({.before =
                          [how](LocalEc2& ec2) {
                            up_by_replacement(ec2);
                            ec2.control(how, {{"instance_id", ec2.holder(kVolume)}});
                            ec2.pass(2s);
                          },
                      .run = watched(replacing_machine(), alone_in_service),
                      .without_image_disk = true});
}

TEST(CrashScenario, RecoveryByReplacement) { kill_after_loss("reclaim"); }

TEST(CrashScenario, RecoveryByReplacementUnderNotice) { kill_after_loss("notice"); }

// EC2 fails at the work; the controller dies at any call on the way out of that.
void kill_after_failed_task(const char* fault) {
  kill_at_every_call({.before =
                          [fault](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            ec2.control("fault", {{"kind", fault}, {"count", 1}});
                          },
                      .run = watched(replacing_machine(), alone_in_service),
                      .without_image_disk = true});
}

TEST(CrashScenario, FailedReplacement) { kill_after_failed_task("task_fails"); }

TEST(CrashScenario, FailedReplacementThatCostsTheDisk) {
  kill_after_failed_task("task_fails_detached");
}

TEST(CrashScenario, PauseOfAReplacedMachine) {
  kill_at_every_call({.before = up_by_replacement,
                      .run =
                          [](LocalEc2& ec2, std::optional<CrashPoint> crash) {
                            return ec2.drive(replacing_machine(), Goal::paused, crash).has_value();
                          },
                      .bodies = 0,
                      .without_image_disk = true});
}

TEST(CrashScenario, LaunchBySwap) {
  kill_at_every_call({.before = with_quick_guests,
                      .run = watched(swapping_machine(), alone_in_service),
                      .without_image_disk = true});
}

TEST(CrashScenario, RecoveryBySwap) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            up_by_swap(ec2);
                            ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
                            ec2.pass(2s);
                          },
                      .run = watched(swapping_machine(), alone_in_service),
                      .without_image_disk = true});
}

TEST(CrashScenario, PauseOfASwappedMachine) {
  kill_at_every_call({.before = up_by_swap,
                      .run =
                          [](LocalEc2& ec2, std::optional<CrashPoint> crash) {
                            return ec2.drive(swapping_machine(), Goal::paused, crash).has_value();
                          },
                      .bodies = 0,
                      .without_image_disk = true});
}

// Moved, and tidied up.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> watched_move(const Machine& machine) {
  return [machine](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    const auto there = in_zone(ec2, machine, kOtherZone);
    return ec2.watch(
        {machine}, [&](const Watch& watch) { return there(watch) && !has_leftovers(ec2); }, 1h,
        crash);
  };
}

// Restored, and tidied up.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> watched_to_generation(
    const Machine& machine, int generation) {
  return [machine, generation](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    const auto there = [&](const Watch& watch) {
      return is_up(watch, machine) && alone_in_service(ec2) &&
             sim::generation_of(root_of(ec2)) == generation && !has_leftovers(ec2);
    };
    return ec2.watch({machine}, there, 1h, crash);
  };
}

TEST(CrashScenario, MoveUnderNotice) {
  kill_at_every_call(
      {.before =
           [](LocalEc2& ec2) {
             with_quick_guests(ec2);
             ASSERT_TRUE(ec2.drive(moving_machine()));
             empty_own_zone(ec2);
             ec2.control("reclaim",
                         {{"instance_id", ec2.holder(kVolume)}, {"notice", true}, {"seconds", 20}});
           },
       .run = watched_move(moving_machine()),
       .former_roots = 1});
}

TEST(CrashScenario, MoveAfterALoss) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            ASSERT_TRUE(ec2.drive(moving_machine()));
                            empty_own_zone(ec2);
                            ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
                            ec2.pass(2s);
                          },
                      .run = watched_move(moving_machine()),
                      .former_roots = 1});
}

TEST(CrashScenario, MoveByHand) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            ASSERT_TRUE(ec2.drive(moving_machine()));
                            order(ec2, moving_machine(), kOtherZone);
                          },
                      .run = watched_move(moving_machine()),
                      .former_roots = 1});
}

TEST(CrashScenario, MoveByReplacement) {
  Machine machine = moving_machine();
  machine.engine = Engine::replace;
  kill_at_every_call({.before =
                          [machine](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            ASSERT_TRUE(ec2.drive(machine));
                            order(ec2, machine, kOtherZone);
                          },
                      .run = watched_move(machine),
                      .without_image_disk = true,
                      .former_roots = 1});
}

// Backups stay.
std::function<void(LocalEc2&)> restored_from_a_backup() {
  return [](LocalEc2& ec2) {
    with_quick_guests(ec2);
    ASSERT_TRUE(ec2.drive(machine_with_backups()));
    const std::string backup = await_backup(ec2, machine_with_backups());
    restore_from(ec2, SnapshotId(backup));
  };
}

TEST(CrashScenario, Restore) {
  Machine machine = machine_with_backups();
  machine.snapshot_every.reset();
  kill_at_every_call({.before = restored_from_a_backup(),
                      .run = watched_to_generation(machine, 2),
                      .former_roots = 1,
                      .backups = 1});
}

TEST(CrashScenario, RestoreOfAFormerRoot) {
  Machine machine = machine_with_backups();
  machine.snapshot_every.reset();
  kill_at_every_call({.before =
                          [machine](LocalEc2& ec2) {
                            restored_from_a_backup()(ec2);
                            ASSERT_TRUE(watched_to_generation(machine, 2)(ec2, std::nullopt));
                            back_to(ec2, kVolume);
                          },
                      .run = watched_to_generation(machine, 3),
                      .former_roots = 1,
                      .backups = 1});
}

// Up in `zone`, on the one interface that the machine keeps, with nothing left over.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> watched_on_interface(
    const Machine& machine, const char* zone = "us-east-1a") {
  return [machine, zone](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    const auto there = in_zone(ec2, machine, zone);
    return ec2.watch(
        {machine},
        [&](const Watch& watch) {
          const auto kept = kept_interfaces(ec2);
          return there(watch) && !has_leftovers(ec2) && kept.size() == 1 &&
                 kept[0].at("status") == "in-use" && kept[0].at("availabilityZone") == zone;
        },
        1h, crash);
  };
}

void up_on_interface(LocalEc2& ec2) {
  with_quick_guests(ec2);
  ASSERT_TRUE(ec2.drive(keeping_machine()));
}

TEST(CrashScenario, LaunchOnAKeptInterface) {
  kill_at_every_call({.before = with_quick_guests,
                      .run = watched_on_interface(keeping_machine()),
                      .interfaces = 1});
}

TEST(CrashScenario, KeptInterfaceAfterALoss) {
  kill_at_every_call({.before =
                          [](LocalEc2& ec2) {
                            up_on_interface(ec2);
                            ec2.control("reclaim", {{"instance_id", ec2.holder(kVolume)}});
                            ec2.pass(2s);
                          },
                      .run = watched_on_interface(keeping_machine()),
                      .interfaces = 1});
}

TEST(CrashScenario, KeptInterfaceUnderANotice) {
  Machine machine = keeping_machine();
  machine.release_on_notice = true;
  kill_at_every_call(
      {.before =
           [](LocalEc2& ec2) {
             up_on_interface(ec2);
             ec2.control("reclaim",
                         {{"instance_id", ec2.holder(kVolume)}, {"notice", true}, {"seconds", 20}});
             ec2.pass(1s);
           },
       .run = watched_on_interface(machine),
       .interfaces = 1});
}

TEST(CrashScenario, KeptInterfaceOfAStoppedInstance) {
  Machine machine = keeping_machine();
  machine.markets = {Market::on_demand};
  kill_at_every_call(
      {.before =
           [machine](LocalEc2& ec2) {
             with_quick_guests(ec2);
             ASSERT_TRUE(ec2.drive(machine));
             EXPECT_EQ(ec2.person("StopInstances", {{"InstanceId.1", ec2.holder(kVolume)}}), 200);
             ec2.pass(2s);
           },
       .run = watched_on_interface(machine),
       .interfaces = 1});
}

TEST(CrashScenario, MoveOfAMachineThatKeepsItsInterface) {
  Machine machine = moving_machine();
  machine.keeps_private_ip = true;
  kill_at_every_call({.before =
                          [machine](LocalEc2& ec2) {
                            with_quick_guests(ec2);
                            ASSERT_TRUE(ec2.drive(machine));
                            order(ec2, machine, kOtherZone);
                          },
                      .run = watched_on_interface(machine, kOtherZone),
                      .former_roots = 1,
                      .interfaces = 1});
}

TEST(CrashScenario, PauseOfAMachineThatKeptItsInterface) {
  kill_at_every_call({.before = up_on_interface, .run = driven(Goal::paused), .bodies = 0});
}

// All of them are up, and nothing but their bodies lives.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> all_watched(
    const std::vector<Machine>& machines) {
  return [machines](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    return ec2.watch(
        machines,
        [&](const Watch& watch) {
          return ec2.living().size() == machines.size() &&
                 std::all_of(machines.begin(), machines.end(), [&](const Machine& machine) {
                   return is_up(watch, machine) && ec2.serves(machine.volume.id.str());
                 });
        },
        1h, crash);
  };
}

TEST(CrashScenario, WatchOfThreeMachinesThatComeBackByOneBatch) {
  const std::vector<Machine> machines = like_machines(3);
  const auto watched = all_watched(machines);
  kill_at_every_call(
      {.before =
           [=](LocalEc2& ec2) {
             with_quick_guests(ec2);
             ASSERT_TRUE(watched(ec2, std::nullopt));
             for (const Machine& machine : machines) {
               ec2.control("reclaim", {{"instance_id", ec2.holder(machine.volume.id.str())}});
             }
             ec2.pass(2s);
           },
       .run = watched,
       .bodies = machines.size(),
       .machines = machines});
}

// A machine with data volumes.
std::function<bool(LocalEc2&, std::optional<CrashPoint>)> driven_with_data(Goal goal) {
  return [goal](LocalEc2& ec2, std::optional<CrashPoint> crash) {
    return ec2.drive(data_machine(), goal, crash).has_value();
  };
}

void up_with_data(LocalEc2& ec2) {
  with_quick_guests(ec2);
  ASSERT_TRUE(ec2.drive(data_machine()));
}

TEST(CrashScenario, LaunchWithData) {
  kill_at_every_call({.before = with_quick_guests,
                      .run = driven_with_data(Goal::up),
                      .machines = {data_machine()}});
}

TEST(CrashScenario, PauseWithData) {
  kill_at_every_call({.before = up_with_data,
                      .run = driven_with_data(Goal::paused),
                      .bodies = 0,
                      .machines = {data_machine()}});
}

void recover_with_data(const sim::Json& reclaim) {
  kill_at_every_call({.before =
                          [reclaim](LocalEc2& ec2) {
                            up_with_data(ec2);
                            sim::Json request = reclaim;
                            request["instance_id"] = ec2.holder(kVolume);
                            ec2.control("reclaim", request);
                            ec2.pass(2s);
                          },
                      .run = watched(data_machine(), alone_in_service),
                      .machines = {data_machine()}});
}

TEST(CrashScenario, RecoveryWithData) { recover_with_data(sim::Json::object()); }

TEST(CrashScenario, RecoveryWithDataUnderNotice) {
  recover_with_data({{"notice", true}, {"seconds", 20}});
}

TEST(CrashScenario, LaunchByReplacementWithData) {
  kill_at_every_call({.before = with_quick_guests,
                      .run = watched(data_machine(Engine::replace), alone_in_service),
                      .machines = {data_machine(Engine::replace)},
                      .without_image_disk = true});
}

TEST(CrashScenario, LaunchBySwapWithData) {
  kill_at_every_call({.before = with_quick_guests,
                      .run = watched(data_machine(Engine::swap), alone_in_service),
                      .machines = {data_machine(Engine::swap)},
                      .without_image_disk = true});
}

// With one data volume: with each further one the story has more points, and no others.
Machine moving_with_data() {
  Machine machine = data_machine();
  machine.data_volumes.pop_back();
  machine.zone.clear();
  machine.zones = {"us-east-1a", kOtherZone};
  machine.move_after = Duration::zero();
  return machine;
}

TEST(CrashScenario, MoveWithData) {
  kill_at_every_call(
      {.before =
           [](LocalEc2& ec2) {
             with_quick_guests(ec2);
             ASSERT_TRUE(ec2.drive(moving_with_data()));
             empty_own_zone(ec2);
             ec2.control("reclaim",
                         {{"instance_id", ec2.holder(kVolume)}, {"notice", true}, {"seconds", 20}});
           },
       .run = watched(moving_with_data(),
                      [](LocalEc2& ec2) {
                        return root_of(ec2).at("availabilityZone") == kOtherZone &&
                               alone_in_service(ec2) && !has_leftovers(ec2);
                      }),
       .machines = {moving_with_data()},
       .former_roots = 2});
}

}  // namespace
}  // namespace ec2spotter::scenario
