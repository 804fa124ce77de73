// The actions of snapshots.
#include "sim/core/resources/snapshots.hpp"

#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPendingPerVolumeMost = 5;

std::size_t pending_of(Call& call, const std::string& volume_id) {
  const Table& snapshots = call.table("snapshot");
  return static_cast<std::size_t>(
      std::count_if(snapshots.begin(), snapshots.end(), [&](const auto& entry) {
        return text(entry.second, "volumeId") == volume_id &&
               text(entry.second, "status") == "pending";
      }));
}

Result<Json> create_snapshot(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  const std::string description = call.params.get_or("Description", "");
  TRY(Json tags, read_tags(call.params, "snapshot"));
  TRY(const Json* volume, need(call, "volume", "InvalidVolume.NotFound", volume_id));
  TRY_VOID(call.finish());
  if (text(*volume, "status") == "creating") {
    return refuse("IncorrectState", "The volume '" + volume_id + "' is still 'creating'.");
  }
  if (pending_of(call, volume_id) >= kPendingPerVolumeMost) {
    return refuse("ConcurrentSnapshotLimitExceeded",
                  "Maximum allowed in-progress snapshots for a single volume exceeded.");
  }
  Json snapshot = snapshot_json(call.world, {.volume_id = volume_id,
                                             .size_gib = volume->at("size").get<long>(),
                                             .encrypted = volume->at("encrypted").get<bool>(),
                                             .kms_key = text(*volume, "kmsKeyId"),
                                             .description = description,
                                             .tags = std::move(tags)});
  const std::string id = text(snapshot, "snapshotId");
  TRY_VOID(call.world.bodies().create_snapshot(id, volume_id));
  keep_pending(call.world, call.region, snapshot);
  return snapshot;
}

bool show_none(const Json&) { return false; }

Result<Json> describe_snapshots(Call& call) {
  static const FilterPaths kPaths{{"snapshot-id", "snapshotId"}, {"volume-id", "volumeId"},
                                  {"status", "status"},          {"volume-size", "volumeSize"},
                                  {"owner-id", "ownerId"},       {"description", "description"},
                                  {"encrypted", "encrypted"},    {"progress", "progress"},
                                  {"start-time", "startTime"},   {"storage-tier", "storageTier"}};
  const auto owners = call.params.list("Owner");
  const auto restorable = call.params.list("RestorableBy");
  // There is one account, which owns every snapshot.
  const auto ours = [](const std::vector<std::string>& list) {
    return list.empty() || std::any_of(list.begin(), list.end(), [](const std::string& name) {
             return name == "self" || name == kAccount;
           });
  };
  return describe(call, {.kind = "snapshot",
                         .id_parameter = "SnapshotId",
                         .not_found = "InvalidSnapshot.NotFound",
                         .set = "snapshotSet",
                         .filters = &kPaths,
                         .shown = ours(owners) && ours(restorable) ? nullptr : show_none});
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
  call.erase("snapshot", id);
  return Json{{"return", true}};
}

Result<Json> copy_snapshot(Call& call) {
  Params& params = call.params;
  TRY(const std::string source_region, params.need("SourceRegion"));
  TRY(const std::string source_id, params.need("SourceSnapshotId"));
  const std::string description = params.get_or("Description", "");
  TRY(const bool encrypted, params.flag("Encrypted", false));
  const auto key = params.get("KmsKeyId");
  const auto presigned = params.get("PresignedUrl");
  const std::string destination = params.get_or("DestinationRegion", call.region);
  TRY(Json tags, read_tags(params, "snapshot"));
  TRY_VOID(call.finish());
  const Json* source = call.world.find(source_region, "snapshot", source_id);
  if (source == nullptr) {
    return refuse("InvalidSnapshot.NotFound", "The snapshot '" + source_id + "' does not exist.");
  }
  if (key && !encrypted) {
    return refuse("InvalidParameterDependency", "KmsKeyId needs Encrypted");
  }
  if (destination != call.region) {
    return refuse("InvalidParameterValue", "The call goes to the destination region");
  }
  if (text(*source, "status") != "completed") {
    return refuse("IncorrectState", "Snapshot '" + source_id + "' is not 'completed'.");
  }
  const bool source_encrypted = source->at("encrypted").get<bool>();
  if (source_encrypted && !presigned) {
    return refuse("MissingParameter", "PresignedUrl is needed to copy an encrypted snapshot");
  }
  DiskSpec wanted;
  wanted.encrypted = encrypted || source_encrypted;
  wanted.kms_key = key.value_or("");
  // A key stays within its region.
  const bool here = source_region == call.region;
  TRY_VOID(
      complete_encryption(call.world, call.region, wanted, here ? text(*source, "kmsKeyId") : ""));
  if (!wanted.key_exists) {
    return refuse("InvalidParameterValue", "The key " + wanted.kms_key + " does not exist");
  }
  Json copy = snapshot_json(call.world, {.volume_id = "vol-ffffffff",
                                         .size_gib = source->at("volumeSize").get<long>(),
                                         .encrypted = encrypted || source_encrypted,
                                         .kms_key = wanted.kms_key,
                                         .description = description,
                                         .tags = tags});
  TRY_VOID(call.world.bodies().copy_snapshot(text(copy, "snapshotId"), source_id));
  keep_pending(call.world, call.region, copy);
  return Json{{"snapshotId", copy.at("snapshotId")}, {"tagSet", std::move(tags)}};
}

}  // namespace

void add_snapshot_actions(Actions& actions) {
  actions.insert({{"CreateSnapshot", create_snapshot},
                  {"DescribeSnapshots", describe_snapshots},
                  {"DeleteSnapshot", delete_snapshot},
                  {"CopySnapshot", copy_snapshot}});
}

}  // namespace ec2spotter::sim
