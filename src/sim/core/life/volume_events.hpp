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
// The instance that held the volume has ended.
void free_volume(Json& volume);

}  // namespace ec2spotter::sim
