// How much of a volume is written, and how much has changed since its last snapshot: what a
// snapshot's time depends on.
#pragma once

#include <string>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// An instance is taken to change this much of each of its volumes in an hour.
inline constexpr long kChangedMibAnHour = 512;

// The instance that holds the volume loses it now: the time that it was held is added up.
void note_held(World& world, Json& volume);

// What a new volume holds: of the snapshot that it is made from, or nothing.
void note_first_use(World& world, Json& volume);

// The use of the volume goes into its snapshot, for the next snapshot and for volumes made from it.
void note_use(World& world, const Json& volume, Json& snapshot);

// A copy of a snapshot holds what its source holds.
void note_copied_use(const Json& source, Json& copy);

long used_mib(World& world, const Json& volume);
// Since the last completed snapshot of the volume; everything, if it has none.
long changed_mib(World& world, const std::string& region, const Json& volume);
// Of a snapshot that nobody took here, half of its size.
long used_mib_of_snapshot(const Json& snapshot);

}  // namespace ec2spotter::sim
