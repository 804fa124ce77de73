// Snapshots as resources.
#include "sim/core/resources/snapshots.hpp"

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {

using namespace std::chrono_literals;
Json snapshot_json(World& world, const SnapshotSpec& spec) {
  Json snapshot{{"snapshotId", spec.id.empty() ? world.new_id("snap-") : spec.id},
                {"volumeId", spec.volume_id},
                {"volumeSize", spec.size_gib},
                {"status", "pending"},
                {"progress", ""},
                {"startTime", world.timestamp()},
                {"ownerId", kAccount},
                {"description", spec.description},
                {"encrypted", spec.encrypted},
                {"tagSet", spec.tags}};
  if (spec.encrypted) snapshot["kmsKeyId"] = spec.kms_key;
  return snapshot;
}

void keep_pending(World& world, const std::string& region, Json snapshot) {
  const std::string id = text(snapshot, "snapshotId");
  snapshot["storageTier"] = "standard";
  world.put(region, "snapshot", id) = std::move(snapshot);
  world.schedule(world.work(20s), {{"kind", "snapshot_completed"}, {"region", region}, {"id", id}});
}

}  // namespace ec2spotter::sim
