// Snapshots as resources.
#include "sim/core/resources/snapshots.hpp"

#include "sim/core/resources/disk_use.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {

using namespace std::chrono_literals;

namespace {

constexpr int kProgressStep = 10;  // per cent
// Beliefs, see docs/unverified.md: EC2 names no times.
constexpr Duration kLeast = 20s;
constexpr long kMillisAMib = 10;

}  // namespace

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

void keep_pending(World& world, const std::string& region, Json snapshot, const Outcome& outcome) {
  const std::string id = text(snapshot, "snapshotId");
  snapshot["storageTier"] = "standard";
  world.put(region, "snapshot", id) = std::move(snapshot);
  const Duration all = world.work(outcome.after);
  const Json event{{"region", region}, {"id", id}};
  for (int percent = kProgressStep; percent < 100 && all > Duration::zero();
       percent += kProgressStep) {
    Json step = event;
    step["kind"] = "snapshot_progress";
    step["progress"] = std::to_string(percent) + "%";
    world.schedule(all * percent / 100, std::move(step));
  }
  Json end = event;
  end["kind"] = outcome.fails_with.empty() ? "snapshot_completed" : "snapshot_failed";
  if (!outcome.fails_with.empty()) end["message"] = outcome.fails_with;
  world.schedule(all, std::move(end));
}

Duration time_to_store(long mib) { return kLeast + std::chrono::milliseconds(mib * kMillisAMib); }

Result<std::vector<Json>> take_snapshots(World& world, const std::string& region,
                                         const std::vector<Wish>& wishes,
                                         const std::string& description) {
  std::vector<Json> made;
  std::vector<SnapshotOrder> orders;
  for (const Wish& wish : wishes) {
    const Json& volume = *wish.volume;
    Json snapshot = snapshot_json(world, {.volume_id = text(volume, "volumeId"),
                                          .size_gib = volume.at("size").get<long>(),
                                          .encrypted = volume.at("encrypted").get<bool>(),
                                          .kms_key = text(volume, "kmsKeyId"),
                                          .description = description,
                                          .tags = wish.tags});
    note_use(world, volume, snapshot);
    orders.push_back({text(snapshot, "snapshotId"), text(volume, "volumeId")});
    made.push_back(std::move(snapshot));
  }
  TRY_VOID(world.bodies().create_snapshots(orders));
  for (std::size_t i = 0; i < made.size(); ++i) {
    const long changed = changed_mib(world, region, *wishes[i].volume);
    const bool usable = key_state(world, region, text(made[i], "kmsKeyId")) == kKeyEnabled;
    keep_pending(world, region, made[i],
                 {.after = time_to_store(changed), .fails_with = usable ? "" : kKeyNotAccessible});
  }
  return made;
}

}  // namespace ec2spotter::sim
