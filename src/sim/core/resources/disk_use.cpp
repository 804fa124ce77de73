#include "sim/core/resources/disk_use.hpp"

#include <algorithm>

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHeldSeconds = "_held_seconds";
constexpr const char* kUsedMib = "_used_mib";

long half_mib(const Json& size_gib) { return size_gib.get<long>() * 512; }

long seconds_since(World& world, const std::string& time) {
  const auto from = parse_iso8601(time);
  if (!from || *from > world.now()) return 0;
  return static_cast<long>((world.now() - *from) / 1s);
}

// All the time that an instance has had the volume.
long held_seconds(World& world, const Json& volume) {
  long seconds = volume.value(kHeldSeconds, 0L);
  for (const Json& attachment : volume.at("attachmentSet")) {
    seconds += seconds_since(world, text(attachment, "attachTime"));
  }
  return seconds;
}

long written_in(long seconds) { return seconds * kChangedMibAnHour / 3600; }

const Json* last_snapshot(World& world, const std::string& region, const Json& volume) {
  const Json* last = nullptr;
  for (const auto& [id, snapshot] : world.table(region, "snapshot")) {
    if (text(snapshot, "volumeId") != text(volume, "volumeId")) continue;
    if (text(snapshot, "status") != "completed" || !snapshot.contains(kHeldSeconds)) continue;
    if (last == nullptr || text(*last, "startTime") < text(snapshot, "startTime")) last = &snapshot;
  }
  return last;
}

}  // namespace

void note_held(World& world, Json& volume) { volume[kHeldSeconds] = held_seconds(world, volume); }

void note_first_use(World& world, Json& volume) {
  std::string region;
  const Json* snapshot = world.find_anywhere("snapshot", text(volume, "snapshotId"), region);
  volume[kUsedMib] = snapshot == nullptr ? 0 : used_mib_of_snapshot(*snapshot);
}

void note_use(World& world, const Json& volume, Json& snapshot) {
  snapshot[kUsedMib] = used_mib(world, volume);
  snapshot[kHeldSeconds] = held_seconds(world, volume);
}

void note_copied_use(const Json& source, Json& copy) {
  copy[kUsedMib] = used_mib_of_snapshot(source);
}

long used_mib(World& world, const Json& volume) {
  if (const auto real = world.bodies().used_mib(text(volume, "volumeId"))) return *real;
  // A volume of an older state file does not say what it began with.
  const long first = volume.value(kUsedMib, half_mib(volume.at("size")));
  return std::min(first + written_in(held_seconds(world, volume)), 2 * half_mib(volume.at("size")));
}

long changed_mib(World& world, const std::string& region, const Json& volume) {
  const long used = used_mib(world, volume);
  const Json* last = last_snapshot(world, region, volume);
  if (last == nullptr) return used;
  return std::min(used, written_in(held_seconds(world, volume) - last->value(kHeldSeconds, 0L)));
}

long used_mib_of_snapshot(const Json& snapshot) {
  return snapshot.value(kUsedMib, half_mib(snapshot.at("volumeSize")));
}

}  // namespace ec2spotter::sim
