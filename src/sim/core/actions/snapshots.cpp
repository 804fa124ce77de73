// What there is of snapshots, and their end.
#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

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

}  // namespace

void add_snapshot_actions(Actions& actions) {
  actions.insert({{"DescribeSnapshots", describe_snapshots}, {"DeleteSnapshot", delete_snapshot}});
}

}  // namespace ec2spotter::sim
