#include "restoring.hpp"

#include <gtest/gtest.h>

#include "control/act/execute.hpp"
#include "control/observe/observe.hpp"
#include "model/tags.hpp"
#include "sim/core/resources/root_volumes.hpp"

namespace ec2spotter::scenario {

Machine machine_with_backups() {
  Machine machine = web_machine();
  machine.snapshot_every = std::chrono::hours(1);
  machine.keep_retired = Duration::zero();
  return machine;
}

std::string await_backup(LocalEc2& ec2, const Machine& machine) {
  std::string backup;
  const auto done = [&](const Watch&) {
    for (const sim::Json& snapshot : ec2.resources("snapshot")) {
      const bool ours =
          sim::tag_value(snapshot, tag::kPurpose) == to_string(SnapshotPurpose::backup);
      if (ours && sim::text(snapshot, "status") == "completed") {
        backup = sim::text(snapshot, "snapshotId");
      }
    }
    return !backup.empty();
  };
  EXPECT_TRUE(ec2.watch({machine}, done, std::chrono::hours(2))) << ec2.story();
  return backup;
}

void restore_from(LocalEc2& ec2, const SnapshotId& snapshot) {
  const sim::Json root = root_of(ec2);
  ec2.guests().allow_restore(snapshot.str(), root.at("volumeId"));
  give_order(ec2, {.zone = root.at("availabilityZone"), .from = snapshot});
}

void back_to(LocalEc2& ec2, const std::string& volume) {
  ec2.guests().allow_restore({}, root_of(ec2).at("volumeId"));
  for (const sim::Json& each : ec2.resources("volume")) {
    if (each.at("volumeId") != volume) continue;
    give_order(ec2, {.zone = each.at("availabilityZone"), .back_to = VolumeId(volume)});
  }
}

bool carry_out(LocalEc2& ec2, const Machine& machine, const Step& step) {
  Process process(ec2, std::nullopt);
  const Controls controls = process.controls();
  Memory memory;
  const auto seen = observe(machine, controls, memory);
  return seen &&
         execute(machine, step, *seen, controls.ec2, memory, controls.clock.now()).has_value();
}

bool cancel(LocalEc2& ec2, const Machine& machine) {
  return carry_out(ec2, machine, step::CancelMove{VolumeId(kVolume), 2});
}

}  // namespace ec2spotter::scenario
