// Every reason of the closed list is produced by a scene.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "model/launch_shape.hpp"
#include "plan/choice/pool_choice.hpp"
#include "scene.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

// What one planning is asked; each scene changes what makes its reason.
struct Asked {
  Machine machine = a_machine();
  Intent intent{};
  Observation seen = running();
  Memory memory{};
};

using Scene = std::function<void(Asked&)>;

void free_volume(Asked& asked) { asked.seen.volumes[0] = a_volume(); }

void without_body(Asked& asked) {
  free_volume(asked);
  asked.seen.bodies.clear();
}

// A body that has not had the root yet, and the root free.
void with_new_body(Asked& asked, InstanceState state = InstanceState::running) {
  free_volume(asked);
  asked.seen.bodies = {a_body(kFirst, state)};
}

void for_replace(Asked& asked) {
  with_new_body(asked);
  asked.machine.engine = Engine::replace;
  asked.seen.bodies[0].tags[std::string(tag::kEngine)] = "replace";
}

void booting(Asked& asked) { asked.seen.bodies[0].tags.erase(std::string(tag::kRoot)); }

void want_address(Asked& asked) {
  asked.machine.elastic_ip = "127.0.0.9";
  asked.seen.address_wanted = true;
}

void close_pools(Asked& asked, Errc errc) {
  for (const Pool& pool : pools_of(asked.machine, asked.seen, "us-east-1a")) {
    asked.memory.closed_pools[pool] = {.why = "closed", .until = kNow + 1min, .errc = errc};
  }
}

void without_types(Asked& asked) {
  without_body(asked);
  asked.machine.types.clear();
  asked.machine.requirements.emplace();
}

void unattended(Asked& asked) {
  without_body(asked);
  asked.machine.unattended = true;
  asked.seen.volumes[0].tags[std::string(tag::kUnattended)] = "true";
}

Fleet a_fleet(const Asked& asked) {
  Fleet fleet;
  fleet.id = FleetId("fleet-1");
  fleet.tags[std::string(tag::kMadeFrom)] = fleet_fingerprint(asked.machine);
  return fleet;
}

void successor_of_rebalanced(Asked& asked, const char* stage) {
  asked.intent.by_watch = true;
  asked.memory.rebalance = {kFirst};
  asked.seen.bodies.push_back(a_body(kSecond));
  asked.seen.boots[kSecond] = {stage, "ok", "", ""};
}

void ordered_to_move(Asked& asked) { order_move(asked.seen.volumes[0], 2, "us-east-1b"); }

// Up, with a data volume that is changed so.
Scene with_data(void (*change)(Asked& asked)) {
  return [change](Asked& asked) {
    asked.machine.data_volumes = {{{VolumeId("vol-3"), {}}, "/dev/sdg"}};
    asked.seen.data_volumes = {a_volume()};
    Volume& data = asked.seen.data_volumes[0];
    data.id = VolumeId("vol-3");
    data.tags[std::string(tag::kRole)] = tag::kRoleData;
    data.tags[std::string(tag::kVolume)] = "vol-3";
    change(asked);
  };
}

void keeps_interface(Asked& asked, const char* status, const InstanceId& at) {
  without_body(asked);
  asked.machine.keeps_private_ip = true;
  NetworkInterface interface;
  interface.id = InterfaceId("eni-1");
  interface.status = status;
  interface.zone = "us-east-1a";
  interface.instance = at;
  asked.seen.interfaces = {interface};
}

const std::map<Reason, Scene> kScenes{
    {Reason::volume_missing, [](Asked& a) { a.seen = {}; }},
    {Reason::volume_ambiguous, [](Asked& a) { a.seen.volumes.push_back(a.seen.volumes[0]); }},
    {Reason::volume_differs, [](Asked& a) { a.machine.volume.id = VolumeId("vol-2"); }},
    {Reason::volume_unusable, [](Asked& a) { a.seen.volumes[0].state = VolumeState::error; }},
    {Reason::volume_in_other_zone, [](Asked& a) { a.machine.zone = "us-east-1b"; }},
    {Reason::volume_of_other_owner,
     [](Asked& a) { a.seen.volumes[0].tags["ec2spotter:owner"] = "someone"; }},
    {Reason::volume_retired,
     [](Asked& a) { a.seen.volumes[0].tags["ec2spotter:state"] = "retired"; }},
    {Reason::in_other_region,
     [](Asked& a) {
       a.seen.bodies.clear();
       a.seen.volumes[0].tags["ec2spotter:state"] = "retired";
       a.seen.volumes[0].tags["ec2spotter:move"] = "2 eu-west-1a 2026-11-28T12:00:00Z";
     }},
    {Reason::volume_multi_attach, [](Asked& a) { a.seen.volumes[0].multi_attach = true; }},
    {Reason::volume_in_use_elsewhere, [](Asked& a) { hold(a.seen.volumes[0], kForeign); }},
    {Reason::volume_not_adopted,
     [](Asked& a) {
       a.intent.goal = Goal::paused;
       a.seen.volumes[0].tags.clear();
     }},
    {Reason::data_volume_missing, with_data([](Asked& a) { a.seen.data_volumes.clear(); })},
    {Reason::data_volume_ambiguous,
     with_data([](Asked& a) { a.seen.data_volumes.push_back(a.seen.data_volumes[0]); })},
    {Reason::data_volume_in_other_zone,
     with_data([](Asked& a) { a.seen.data_volumes[0].zone = "us-east-1b"; })},
    {Reason::data_volume_in_use_elsewhere,
     with_data([](Asked& a) { hold(a.seen.data_volumes[0], kForeign); })},
    {Reason::data_volume_unusable,
     with_data([](Asked& a) { a.seen.data_volumes[0].multi_attach = true; })},
    {Reason::attaching_data_volume, with_data([](Asked&) {})},
    {Reason::address_missing, want_address},
    {Reason::address_in_use_elsewhere,
     [](Asked& a) {
       want_address(a);
       a.seen.address.emplace();
       a.seen.address->instance = kForeign;
     }},
    {Reason::adopting_volume, [](Asked& a) { a.seen.volumes[0].tags.clear(); }},
    {Reason::waiting_for_volume, [](Asked& a) { a.seen.volumes[0].state = VolumeState::creating; }},
    {Reason::waiting_for_types, without_types},
    {Reason::no_matching_type,
     [](Asked& a) {
       without_types(a);
       a.seen.types["us-east-1a"] = std::vector<std::string>{};
     }},
    {Reason::launching_body, without_body},
    {Reason::no_capacity,
     [](Asked& a) {
       without_body(a);
       close_pools(a, Errc::no_capacity);
     }},
    {Reason::quota_reached,
     [](Asked& a) {
       without_body(a);
       close_pools(a, Errc::quota);
     }},
    {Reason::waiting_for_spot,
     [](Asked& a) {
       without_body(a);
       close_pools(a, Errc::no_capacity);
       a.machine.markets.push_back(Market::on_demand);
       a.machine.on_demand_after = 10min;
     }},
    {Reason::console_denied,
     [](Asked& a) {
       with_new_body(a);
       a.seen.unreadable.emplace(kFirst, Error{.code = Errc::unauthorized, .message = "no"});
     }},
    {Reason::launch_refused,
     [](Asked& a) {
       with_new_body(a, InstanceState::terminated);
       a.seen.bodies[0].state_reason_code = "Client.VolumeLimitExceeded";
     }},
    {Reason::key_refused,
     [](Asked& a) {
       with_new_body(a, InstanceState::terminated);
       a.seen.bodies[0].state_reason_code = "Client.InvalidKMSKey.InvalidState";
     }},
    {Reason::too_many_launches,
     [](Asked& a) {
       with_new_body(a, InstanceState::terminated);
       a.seen.bodies.resize(kLaunchesPerHour, a.seen.bodies[0]);
     }},
    {Reason::choosing_engine,
     [](Asked& a) {
       booting(a);
       a.seen.boots[kFirst] = {"check", "fail", "lvm", ""};
     }},
    {Reason::swapping_root,
     [](Asked& a) {
       with_new_body(a);
       a.machine.engine = Engine::swap;
       a.seen.bodies[0].tags[std::string(tag::kEngine)] = "swap";
     }},
    {Reason::replacing_root,
     [](Asked& a) {
       for_replace(a);
       a.seen.root_tasks = {{RootTaskId("1"), kFirst, RootTaskState::pending}};
     }},
    {Reason::replace_failed,
     [](Asked& a) {
       for_replace(a);
       a.seen.root_tasks = {{RootTaskId("1"), kFirst, RootTaskState::failed_detached}};
     }},
    {Reason::replace_stuck,
     [](Asked& a) {
       for_replace(a);
       a.seen.root_tasks = {{RootTaskId("1"), kFirst, RootTaskState::pending}};
       a.memory.standing = {Reason::replacing_root, kNow - kReplaceLimit};
     }},
    {Reason::cancelling_request,
     [](Asked& a) {
       a.seen.requests.resize(1);
       a.seen.requests[0].state = "open";
       a.seen.requests[0].tags[std::string(tag::kEngine)] = "swap";
     }},
    {Reason::adopting_body,
     [](Asked& a) {
       a.seen.requests.resize(1);
       a.seen.requests[0].state = "active";
       a.seen.requests[0].tags[std::string(tag::kEngine)] = "swap";
       a.seen.requests[0].instance = kSecond;
     }},
    {Reason::waiting_for_body, [](Asked& a) { with_new_body(a, InstanceState::pending); }},
    {Reason::waiting_for_preboot, [](Asked& a) { with_new_body(a); }},
    {Reason::root_lost, free_volume},
    {Reason::attaching_root,
     [](Asked& a) {
       with_new_body(a);
       a.seen.boots[kFirst] = {"find", "start", "", ""};
     }},
    {Reason::waiting_for_attachment,
     [](Asked& a) {
       booting(a);
       hold(a.seen.volumes[0], kFirst, AttachmentState::attaching);
     }},
    {Reason::attachment_stuck,
     [](Asked& a) {
       booting(a);
       hold(a.seen.volumes[0], kFirst, AttachmentState::attaching);
       a.seen.volumes[0].attachments[0].since = kNow - kAttachLimit - 1s;
     }},
    {Reason::protecting_root,
     [](Asked& a) { a.seen.volumes[0].attachments[0].delete_on_termination = true; }},
    {Reason::booting, booting},
    {Reason::boot_failed,
     [](Asked& a) {
       booting(a);
       a.seen.boots[kFirst] = {"check", "fail", "no_system", ""};
     }},
    {Reason::boot_timeout,
     [](Asked& a) {
       booting(a);
       a.seen.bodies[0].launch_time = kNow - kBootLimit - 1s;
     }},
    {Reason::making_interface,
     [](Asked& a) {
       without_body(a);
       a.machine.keeps_private_ip = true;
     }},
    {Reason::waiting_for_interface, [](Asked& a) { keeps_interface(a, "detaching", {}); }},
    {Reason::interface_missing,
     [](Asked& a) {
       without_body(a);
       a.machine.keeps_private_ip = true;
       a.seen.volumes[0].tags[std::string(tag::kInterface)] = "eni-1";
       a.memory.standing = {Reason::waiting_for_interface, kNow - kInterfaceShown};
     }},
    {Reason::interface_in_use_elsewhere,
     [](Asked& a) {
       keeps_interface(a, "in-use", kForeign);
       a.memory.standing = {Reason::waiting_for_interface, kNow - kInterfaceShown};
     }},
    {Reason::moving_address,
     [](Asked& a) {
       want_address(a);
       a.seen.address.emplace();
     }},
    {Reason::waiting_for_service, [](Asked& a) { a.seen.reachable[kFirst] = false; }},
    {Reason::unhealthy,
     [](Asked& a) { a.seen.checks[kFirst] = {.instance = kFirst, .guest = "impaired"}; }},
    {Reason::restarting,
     [](Asked& a) {
       a.intent.by_watch = true;
       a.machine.on_unhealthy = OnUnhealthy::restart;
       a.seen.checks[kFirst] = {.instance = kFirst, .guest = "impaired"};
     }},
    {Reason::up, [](Asked&) {}},
    {Reason::releasing_body, [](Asked& a) { a.seen.bodies[0].state = InstanceState::stopped; }},
    {Reason::waiting_for_release,
     [](Asked& a) { a.seen.bodies[0].state = InstanceState::stopping; }},
    {Reason::release_stuck,
     [](Asked& a) {
       a.seen.bodies[0].state = InstanceState::stopping;
       a.memory.standing = Standing{Reason::waiting_for_release, kNow - kReleaseLimit};
     }},
    {Reason::collecting_body, [](Asked& a) { a.seen.bodies.push_back(a_body(kSecond)); }},
    {Reason::collecting_disk,
     [](Asked& a) { a.seen.bodies[0].tags[std::string(tag::kImageDisk)] = "vol-9"; }},
    {Reason::preparing_hand_over, [](Asked& a) { successor_of_rebalanced(a, ""); }},
    {Reason::handing_over, [](Asked& a) { successor_of_rebalanced(a, "identify"); }},
    {Reason::adopting_address,
     [](Asked& a) {
       unattended(a);
       want_address(a);
       a.seen.address.emplace();
     }},
    {Reason::body_in_the_way,
     [](Asked& a) {
       unattended(a);
       a.seen.bodies = {a_body(kFirst)};
     }},
    {Reason::creating_fleet, unattended},
    {Reason::fleet_differs,
     [](Asked& a) {
       unattended(a);
       a.seen.fleets = {a_fleet(a)};
       a.machine.types.pop_back();
     }},
    {Reason::waiting_for_fleet,
     [](Asked& a) {
       unattended(a);
       a.seen.fleets = {a_fleet(a)};
     }},
    {Reason::deleting_fleet, [](Asked& a) { a.seen.fleets = {a_fleet(a)}; }},
    {Reason::taking_snapshot,
     [](Asked& a) {
       a.intent.by_watch = true;
       a.machine.snapshot_every = 24h;
     }},
    {Reason::moving_root, ordered_to_move},
    {Reason::move_refused,
     [](Asked& a) {
       ordered_to_move(a);
       without_body(a);
       a.memory.root_attempt = kRootAttemptsMost;
       order_move(a.seen.volumes[0], 2, "us-east-1b", SnapshotId("snap-1"));
       a.seen.bodies = {a_body(kSecond)};
       a.seen.bodies[0].zone = "us-east-1b";
       a.seen.bodies[0].tags[std::string(tag::kBodyOf)] = tag::kToCome;
     }},
    {Reason::tidying_up,
     [](Asked& a) {
       a.seen.volumes.push_back(a_volume());
       a.seen.volumes[1].id = VolumeId("vol-2");
       a.seen.volumes[1].tags["ec2spotter:volume"] = "vol-2";
       a.seen.volumes[0].tags[std::string(tag::kGeneration)] = "2";
     }},
    {Reason::paused,
     [](Asked& a) {
       a.intent.goal = Goal::paused;
       a.seen.volumes[0] = a_volume(Goal::paused);
       a.seen.bodies.clear();
     }},
};

TEST(ReasonsTest, EachIsProducedByItsScene) {
  for (int number = 0; number <= static_cast<int>(Reason::paused); ++number) {
    const auto reason = static_cast<Reason>(number);
    SCOPED_TRACE(to_string(reason));
    const auto scene = kScenes.find(reason);
    ASSERT_NE(scene, kScenes.end()) << "no scene produces this reason";
    Asked asked;
    scene->second(asked);

    const Decision decision = plan(asked.machine, asked.intent, asked.seen, asked.memory, kNow);

    EXPECT_EQ(to_string(decision.reason), to_string(reason)) << decision.detail;
    EXPECT_GT(decision.wake_at, kNow);
  }
  EXPECT_EQ(to_string(static_cast<Reason>(static_cast<int>(Reason::paused) + 1)), "unknown")
      << "`paused` is no longer the last reason";
}

}  // namespace
}  // namespace ec2spotter
