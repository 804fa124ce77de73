// Snapshots.
#include "sim/core/call.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

Json make_snapshot(Call& call, const std::string& volume_id, long size, bool encrypted,
                   const std::string& description, Json tags) {
  const std::string id = call.world.new_id("snap-");
  Json snapshot{{"snapshotId", id},         {"volumeId", volume_id},
                {"volumeSize", size},       {"status", "pending"},
                {"progress", "0%"},         {"startTime", call.world.timestamp()},
                {"ownerId", kAccount},      {"description", description},
                {"encrypted", encrypted},   {"storageTier", "standard"},
                {"tagSet", std::move(tags)}};
  call.table("snapshot")[id] = snapshot;
  call.world.schedule(call.world.work(20s),
                      {{"kind", "snapshot_completed"}, {"region", call.region}, {"id", id}});
  return snapshot;
}

Result<Json> create_snapshot(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  const std::string description = call.params.get_or("Description", "");
  TRY(Json tags, read_tags(call.params, "snapshot"));
  TRY_VOID(call.finish());
  const Json* volume = call.find("volume", volume_id);
  if (volume == nullptr) {
    return refuse("InvalidVolume.NotFound", "The volume '" + volume_id + "' does not exist.");
  }
  Json snapshot = make_snapshot(call, volume_id, volume->at("size").get<long>(),
                                volume->at("encrypted").get<bool>(), description, std::move(tags));
  TRY_VOID(call.world.bodies().create_snapshot(text(snapshot, "snapshotId"), volume_id));
  snapshot.erase("storageTier");
  return snapshot;
}

Result<Json> describe_snapshots(Call& call) {
  static const FilterPaths kPaths{{"snapshot-id", "snapshotId"}, {"volume-id", "volumeId"},
                                  {"status", "status"},          {"volume-size", "volumeSize"},
                                  {"owner-id", "ownerId"},       {"description", "description"},
                                  {"encrypted", "encrypted"}};
  for (const std::string& owner : call.params.list("Owner")) {
    if (owner == "self" || owner == kAccount) continue;
    TRY_VOID(call.finish());
    return Json{{"snapshotSet", Json::array()}};
  }
  static_cast<void>(call.params.list("RestorableBy"));
  return describe(call, {.kind = "snapshot",
                         .id_parameter = "SnapshotId",
                         .not_found = "InvalidSnapshot.NotFound",
                         .set = "snapshotSet",
                         .filters = &kPaths});
}

Result<Json> delete_snapshot(Call& call) {
  TRY(const std::string id, call.params.need("SnapshotId"));
  TRY_VOID(call.finish());
  if (call.find("snapshot", id) == nullptr) {
    return refuse("InvalidSnapshot.NotFound", "The snapshot '" + id + "' does not exist.");
  }
  for (const auto& [image_id, image] : call.table("image")) {
    for (const std::string& used : values_at(image, "blockDeviceMapping/*/ebs/snapshotId")) {
      if (used != id) continue;
      return refuse("InvalidSnapshot.InUse",
                    "The snapshot " + id + " is currently in use by " + image_id);
    }
  }
  TRY_VOID(call.world.bodies().delete_snapshot(id));
  call.table("snapshot").erase(id);
  return Json{{"return", true}};
}

Result<Json> copy_snapshot(Call& call) {
  Params& params = call.params;
  TRY(const std::string source_region, params.need("SourceRegion"));
  TRY(const std::string source_id, params.need("SourceSnapshotId"));
  const std::string description = params.get_or("Description", "");
  TRY(const bool encrypted, params.flag("Encrypted", false));
  static_cast<void>(params.get("KmsKeyId"));
  const auto presigned = params.get("PresignedUrl");
  static_cast<void>(params.get("DestinationRegion"));
  TRY(Json tags, read_tags(params, "snapshot"));
  TRY_VOID(call.finish());
  const Json* source = call.world.find(source_region, "snapshot", source_id);
  if (source == nullptr) {
    return refuse("InvalidSnapshot.NotFound", "The snapshot '" + source_id + "' does not exist.");
  }
  const bool source_encrypted = source->at("encrypted").get<bool>();
  if (source_encrypted && !presigned) {
    return refuse("MissingParameter", "PresignedUrl is needed to copy an encrypted snapshot");
  }
  Json set = tags;
  const Json copy = make_snapshot(call, "vol-ffffffff", source->at("volumeSize").get<long>(),
                                  encrypted || source_encrypted, description, std::move(tags));
  TRY_VOID(call.world.bodies().copy_snapshot(text(copy, "snapshotId"), source_id));
  return Json{{"snapshotId", text(copy, "snapshotId")}, {"tagSet", std::move(set)}};
}

}  // namespace

void add_snapshot_actions(Actions& actions) {
  actions.insert({{"CreateSnapshot", create_snapshot},
                  {"DescribeSnapshots", describe_snapshots},
                  {"DeleteSnapshot", delete_snapshot},
                  {"CopySnapshot", copy_snapshot}});
}

}  // namespace ec2spotter::sim
