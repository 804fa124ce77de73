// CopySnapshot: within a region, and from another one.
#include "sim/core/call/call.hpp"
#include "sim/core/resources/disk_use.hpp"
#include "sim/core/resources/snapshots.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

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
  keep_pending(call.world, call.region, copy,
               {.after = time_to_store(used_mib_of_snapshot(*source))});
  return Json{{"snapshotId", copy.at("snapshotId")}, {"tagSet", std::move(tags)}};
}

}  // namespace

void add_copy_snapshot_actions(Actions& actions) {
  actions.insert({{"CopySnapshot", copy_snapshot}});
}

}  // namespace ec2spotter::sim
