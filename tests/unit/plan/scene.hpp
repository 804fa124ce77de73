// What the planner's tests start from: a machine, its volume, its bodies.
#pragma once

#include "model/move.hpp"
#include "model/tags.hpp"
#include "plan/plan.hpp"

namespace ec2spotter {

inline constexpr TimePoint kNow =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + std::chrono::hours(12);
inline const VolumeId kVolume("vol-0000000000000001");
inline const InstanceId kFirst("i-00000000000000001");
inline const InstanceId kSecond("i-00000000000000002");
inline const InstanceId kForeign("i-0000000000000ffff");

inline const Duration kBootLimit = Machine().boot_limit;

inline Machine a_machine() {
  Machine machine;
  machine.name = MachineName("web");
  machine.owner = OwnerId("default");
  machine.volume.id = kVolume;
  machine.image = "ami-1";
  machine.types = {"t3.small", "m5.large"};
  return machine;
}

inline Volume a_volume(Goal goal = Goal::up) {
  Volume volume;
  volume.id = kVolume;
  volume.state = VolumeState::available;
  volume.zone = "us-east-1a";
  volume.tags = {
      {"ec2spotter:machine", "web"},        {"ec2spotter:owner", "default"},
      {"ec2spotter:role", "root"},          {"ec2spotter:state", "current"},
      {"ec2spotter:volume", kVolume.str()}, {"ec2spotter:goal", std::string(to_string(goal))}};
  return volume;
}

inline void hold(Volume& volume, const InstanceId& id,
                 AttachmentState state = AttachmentState::attached) {
  volume.state = VolumeState::in_use;
  volume.attachments = {{.instance = id, .device = "/dev/sdf", .state = state}};
}

// An hour ago.
inline void order_move(Volume& root, int generation, const std::string& zone,
                       const SnapshotId& from = SnapshotId()) {
  root.tags[std::string(tag::kMove)] = to_string(MoveOrder{
      .generation = generation, .zone = zone, .since = kNow - std::chrono::hours(1), .from = from});
}

inline Instance a_body(const InstanceId& id, InstanceState state = InstanceState::running) {
  Instance body;
  body.id = id;
  body.state = state;
  body.type = "t3.small";
  body.zone = "us-east-1a";
  body.market = Market::spot;
  body.launch_time = kNow - std::chrono::minutes(1);
  body.tags = {{"ec2spotter:machine", "web"}, {"ec2spotter:owner", "default"}};
  return body;
}

// A machine whose root is on its body and up.
inline Observation running() {
  Observation seen;
  seen.volumes = {a_volume()};
  hold(seen.volumes[0], kFirst);
  seen.bodies = {a_body(kFirst)};
  seen.bodies[0].tags[std::string(tag::kRoot)] = "up";
  return seen;
}

}  // namespace ec2spotter
