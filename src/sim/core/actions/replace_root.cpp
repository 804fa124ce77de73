// Tasks that replace the root volume of a running instance. Source: EC2 user guide, "Replace the
// root volume for an Amazon EC2 instance".
#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/life/root_replacement.hpp"
#include "sim/core/resources/images.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr long kRateMin = 100, kRateMax = 300;  // MiB/s of a volume's initialization

// What a call asks for. At most one of the three names the new root; without any, it is made as the
// instance's image has it.
struct Wanted {
  std::string instance_id, volume_id, snapshot_id, image_id;
  std::optional<long> rate;
  bool delete_old = false;
};

Result<void> check_wanted(const Wanted& wanted) {
  const int sources = static_cast<int>(!wanted.volume_id.empty()) +
                      static_cast<int>(!wanted.snapshot_id.empty()) +
                      static_cast<int>(!wanted.image_id.empty());
  if (sources > 1) {
    return refuse("InvalidParameterCombination",
                  "The request may contain one of VolumeId, SnapshotId and ImageId");
  }
  if (!wanted.rate) return {};
  if (wanted.snapshot_id.empty() && wanted.image_id.empty()) {
    return refuse("InvalidParameterCombination",
                  "VolumeInitializationRate requires SnapshotId or ImageId");
  }
  if (*wanted.rate >= kRateMin && *wanted.rate <= kRateMax) return {};
  return refuse("InvalidParameterValue", "VolumeInitializationRate must be from 100 to 300");
}

Result<Wanted> read_wanted(Params& params) {
  Wanted wanted;
  TRY(wanted.instance_id, params.need("InstanceId"));
  wanted.volume_id = params.get_or("VolumeId", "");
  wanted.snapshot_id = params.get_or("SnapshotId", "");
  wanted.image_id = params.get_or("ImageId", "");
  TRY(wanted.rate, params.number("VolumeInitializationRate"));
  TRY(wanted.delete_old, params.flag("DeleteReplacedRootVolume", false));
  TRY_VOID(check_wanted(wanted));
  return wanted;
}

bool is_metal(const std::string& type) {
  return type.find("metal") != std::string::npos && !type.starts_with("mac");
}

Result<void> check_instance(Call& call, const Json& instance) {
  const std::string id = text(instance, "instanceId");
  if (state_name(instance) != "running") {
    return refuse("IncorrectInstanceState",
                  "The instance '" + id + "' is not in the 'running' state.");
  }
  if (is_metal(text(instance, "instanceType"))) {
    return refuse("UnsupportedOperation", "The root volume of a bare metal instance of the type " +
                                              text(instance, "instanceType") +
                                              " cannot be replaced.");
  }
  if (const Json* task = root_task_of(call.world, call.region, id)) {
    return refuse("IncorrectState", "The root volume of the instance '" + id +
                                        "' is being replaced by the task '" +
                                        text(*task, "replaceRootVolumeTaskId") + "'.");
  }
  if (root_volume_of(instance).empty()) {
    return refuse("IncorrectState", "The instance '" + id + "' has no root volume.");
  }
  return {};
}

Result<void> check_volume_fits(Call& call, const Json& volume, const Json& instance) {
  const std::string id = text(volume, "volumeId");
  const std::string instance_id = text(instance, "instanceId");
  TRY_VOID(check_same_zone(volume, instance));
  const Json* root = call.find("volume", root_volume_of(instance));
  if (root != nullptr && root->at("encrypted").get<bool>() && !volume.at("encrypted").get<bool>()) {
    return refuse("InvalidParameterValue", "The volume '" + id +
                                               "' is not encrypted, but the root volume of '" +
                                               instance_id + "' is.");
  }
  if (product_codes(text(volume, "_product_code")) ==
      instance.value("productCodes", Json::array())) {
    return {};
  }
  return refuse("OperationNotPermitted", "The product codes of the volume '" + id +
                                             "' are not those of the instance '" + instance_id +
                                             "'.");
}

Result<std::string> given_volume(Call& call, const Wanted& wanted, const Json& instance) {
  TRY(const Json* volume, need(call, "volume", "InvalidVolume.NotFound", wanted.volume_id));
  TRY_VOID(check_available(*volume));
  TRY_VOID(check_no_root_task(call.world, call.region, wanted.volume_id));
  TRY_VOID(check_volume_fits(call, *volume, instance));
  TRY_VOID(check_volume_key(call.world, call.region, *volume));
  return wanted.volume_id;
}

// The snapshot must be of a root that this instance has or had.
Result<std::string> given_snapshot(Call& call, const Wanted& wanted, const Json& instance) {
  const std::string& id = wanted.snapshot_id;
  TRY(const Json* snapshot, need(call, "snapshot", "InvalidSnapshot.NotFound", id));
  const std::string source = text(*snapshot, "volumeId");
  const Json former = instance.value("_former_roots", Json::array());
  const bool is_its = source == root_volume_of(instance) ||
                      std::find(former.begin(), former.end(), source) != former.end();
  if (is_its) return id;
  return refuse("InvalidParameterValue", "The snapshot '" + id +
                                             "' is not of a root volume of the instance '" +
                                             text(instance, "instanceId") + "'.");
}

Result<std::string> snapshot_of_image(Call& call, const std::string& id, const Json& instance) {
  TRY(const Json* image, need(call, "image", "InvalidAMIID.NotFound", id));
  if (text(*image, "imageState") != "available") {
    return refuse("InvalidAMIID.Unavailable", "The image id '[" + id + "]' is not available");
  }
  for (const auto& [key, what] :
       {std::pair{"architecture", "architecture"}, {"productCodes", "product codes"}}) {
    if (image->value(key, Json::array()) == instance.value(key, Json::array())) continue;
    return refuse("InvalidParameterValue", std::string("The ") + what + " of the image '" + id +
                                               "' and of the instance '" +
                                               text(instance, "instanceId") + "' differ.");
  }
  for (const Json& mapping : image->at("blockDeviceMapping")) {
    if (mapping.at("deviceName") == image->at("rootDeviceName")) {
      return text(mapping.at("ebs"), "snapshotId");
    }
  }
  return refuse("InvalidParameterValue", "The image '" + id + "' has no root volume.");
}

Result<std::string> source_snapshot(Call& call, const Wanted& wanted, const Json& instance) {
  if (!wanted.snapshot_id.empty()) return given_snapshot(call, wanted, instance);
  const std::string image = wanted.image_id.empty() ? text(instance, "imageId") : wanted.image_id;
  return snapshot_of_image(call, image, instance);
}

// The disk is of the same kind as the old root, and at least as large.
Result<DiskSpec> disk_like(Call& call, const Json& root, const std::string& snapshot_id) {
  TRY(const Json* snapshot, need(call, "snapshot", "InvalidSnapshot.NotFound", snapshot_id));
  DiskSpec disk{
      .snapshot_id = snapshot_id,
      .volume_type = text(root, "volumeType"),
      .kms_key = text(root, "kmsKeyId"),
      .size_gib = std::max(root.at("size").get<long>(), snapshot->at("volumeSize").get<long>()),
      .encrypted = root.at("encrypted").get<bool>()};
  if (disk.volume_type != "gp2" && root.contains("iops")) disk.iops = root.at("iops").get<long>();
  if (root.contains("throughput")) disk.throughput = root.at("throughput").get<long>();
  TRY_VOID(complete_disk(call.world, call.region, disk));
  if (disk.key_exists) return disk;
  return refuse("InvalidParameterValue", "The key " + disk.kms_key + " does not exist");
}

Result<std::string> make_volume(Call& call, const Wanted& wanted, const Json& instance) {
  TRY(const std::string snapshot_id, source_snapshot(call, wanted, instance));
  TRY(const Json* root, need(call, "volume", "InvalidVolume.NotFound", root_volume_of(instance)));
  TRY(const DiskSpec disk, disk_like(call, *root, snapshot_id));
  Json volume = volume_json(call.world, disk, text(*root, "availabilityZone"), Json::array());
  volume["status"] = "creating";
  if (root->contains("_product_code")) volume["_product_code"] = root->at("_product_code");
  if (wanted.rate) volume["volumeInitializationRate"] = *wanted.rate;
  const std::string id = text(volume, "volumeId");
  TRY_VOID(call.world.bodies().create_volume(id, static_cast<int>(*disk.size_gib), snapshot_id));
  call.put("volume", id) = std::move(volume);
  return id;
}

Json task_json(Call& call, const Wanted& wanted, const std::string& volume_id, Json tags) {
  Json task{{"replaceRootVolumeTaskId", call.world.new_id("replacevol-")},
            {"instanceId", wanted.instance_id},
            {"taskState", "pending"},
            {"startTime", format_iso8601(call.world.now())},
            {"deleteReplacedRootVolume", wanted.delete_old},
            {"tagSet", std::move(tags)},
            {"_volume", volume_id}};
  if (!wanted.volume_id.empty()) task["volumeId"] = wanted.volume_id;
  if (!wanted.snapshot_id.empty()) task["snapshotId"] = wanted.snapshot_id;
  if (!wanted.image_id.empty()) task["imageId"] = wanted.image_id;
  if (wanted.volume_id.empty()) task["_made"] = true;
  if (call.fault == kTaskFails) task["_fails"] = "failing";
  if (call.fault == kTaskFailsDetached) task["_fails"] = "failing-detached";
  return task;
}

Result<Json> create_task(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  TRY(const Wanted wanted, read_wanted(call.params));
  TRY(Json tags, read_tags(call.params, kRootTask));
  const std::string token = call.params.get_or("ClientToken", "");
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  TRY(const Json* instance, need_instance(call, wanted.instance_id));
  TRY_VOID(check_instance(call, *instance));
  TRY(const std::string volume_id, wanted.volume_id.empty()
                                       ? make_volume(call, wanted, *instance)
                                       : given_volume(call, wanted, *instance));
  Json task = task_json(call, wanted, volume_id, std::move(tags));
  begin_replacement(call.world, call.region, task);
  Json reply{{"replaceRootVolumeTask", task}};
  remember_token(call, fingerprint, token, reply);
  const std::string id = text(task, "replaceRootVolumeTaskId");
  call.put(kRootTask, id) = std::move(task);
  return reply;
}

Result<Json> describe_tasks(Call& call) {
  static const FilterPaths kPaths{{"instance-id", "instanceId"}};
  return describe(call, {.kind = kRootTask,
                         .id_parameter = "ReplaceRootVolumeTaskId",
                         .not_found = "InvalidReplaceRootVolumeTaskId.NotFound",
                         .set = "replaceRootVolumeTaskSet",
                         .filters = &kPaths,
                         .page = {.min = 1, .max = 50}});
}

}  // namespace

void add_root_task_actions(Actions& actions) {
  actions.insert({{"CreateReplaceRootVolumeTask", create_task},
                  {"DescribeReplaceRootVolumeTasks", describe_tasks}});
}

}  // namespace ec2spotter::sim
