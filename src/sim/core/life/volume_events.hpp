// What time and guests do to volumes and their attachments.
#pragma once

#include <string>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// One due event of a volume.
void on_volume_event(World& world, const std::string& kind, const std::string& region,
                     Json& volume);
// Ends an attachment that is detaching; before its time, plans that end.
void detached(World& world, const std::string& region, const std::string& volume_id);
// The instance has lost its power: what its guest was to give back is settled by that.
void settle_detaching(World& world, const std::string& region, const std::string& instance_id);
// One due event of a snapshot.
void on_snapshot_event(World& world, const Json& event, Json& snapshot);
// The instance that held the volume has ended, or has got another root.
void free_volume(World& world, Json& volume);
// The instance shows the volume no more.
void forget_disk(Json& instance, const std::string& volume_id);

}  // namespace ec2spotter::sim
