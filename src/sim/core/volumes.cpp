// Volumes and their attachments.
#include <algorithm>

#include "sim/core/call.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

const FilterPaths& volume_filters() {
  static const FilterPaths kPaths{
      {"volume-id", "volumeId"},
      {"status", "status"},
      {"size", "size"},
      {"volume-type", "volumeType"},
      {"encrypted", "encrypted"},
      {"snapshot-id", "snapshotId"},
      {"create-time", "createTime"},
      {"availability-zone", "availabilityZone"},
      {"attachment.instance-id", "attachmentSet/*/instanceId"},
      {"attachment.status", "attachmentSet/*/status"},
      {"attachment.device", "attachmentSet/*/device"},
      {"attachment.delete-on-termination", "attachmentSet/*/deleteOnTermination"}};
  return kPaths;
}

Result<Json*> need_volume(Call& call, const std::string& id) {
  Json* volume = call.find("volume", id);
  if (volume != nullptr) return volume;
  return refuse("InvalidVolume.NotFound", "The volume '" + id + "' does not exist.");
}

Result<Json*> need_instance(Call& call, const std::string& id) {
  Json* instance = call.find("instance", id);
  if (instance != nullptr) return instance;
  return refuse("InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist");
}

Result<Json> describe_volumes(Call& call) {
  return describe(call, {.kind = "volume",
                         .id_parameter = "VolumeId",
                         .not_found = "InvalidVolume.NotFound",
                         .set = "volumeSet",
                         .filters = &volume_filters()});
}

Result<Json> create_volume(Call& call) {
  Params& params = call.params;
  const std::string fingerprint = params.fingerprint();
  TRY(const std::string zone, params.need("AvailabilityZone"));
  TRY(auto size, params.number("Size"));
  const std::string snapshot_id = params.get_or("SnapshotId", "");
  const std::string type = params.get_or("VolumeType", "gp2");
  TRY(const auto iops, params.number("Iops"));
  TRY(const auto throughput, params.number("Throughput"));
  TRY(const bool encrypted, params.flag("Encrypted", false));
  TRY(const bool multi_attach, params.flag("MultiAttachEnabled", false));
  TRY(Json tags, read_tags(params, "volume"));
  const std::string token = params.get_or("ClientToken", "");
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, "", fingerprint, token));
  if (!earlier.is_null()) return earlier;
  if (!zone.starts_with(call.region) || zone.size() != call.region.size() + 1) {
    return refuse("InvalidZone.NotFound", "The zone '" + zone + "' does not exist.");
  }
  if (!snapshot_id.empty()) {
    const Json* snapshot = call.find("snapshot", snapshot_id);
    if (snapshot == nullptr) {
      return refuse("InvalidSnapshot.NotFound",
                    "The snapshot '" + snapshot_id + "' does not exist.");
    }
    if (!size) size = snapshot->at("volumeSize").get<long>();
  }
  if (!size || *size < 1 || *size > 65536) {
    return refuse("MissingParameter", "The request must contain a size from 1 to 65536 GiB");
  }
  Json volume{{"volumeId", call.world.new_id("vol-")},
              {"size", *size},
              {"volumeType", type},
              {"availabilityZone", zone},
              {"status", "creating"},
              {"createTime", call.world.timestamp()},
              {"encrypted", encrypted},
              {"multiAttachEnabled", multi_attach},
              {"snapshotId", snapshot_id},
              {"attachmentSet", Json::array()},
              {"tagSet", std::move(tags)}};
  if (iops) volume["iops"] = *iops;
  if (throughput) volume["throughput"] = *throughput;
  const std::string id = text(volume, "volumeId");
  TRY_VOID(call.world.bodies().create_volume(id, static_cast<int>(*size), snapshot_id));
  call.table("volume")[id] = volume;
  call.world.schedule(call.world.work(1500ms),
                      {{"kind", "volume_available"}, {"region", call.region}, {"id", id}});
  volume.erase("attachmentSet");
  remember_token(call, "", fingerprint, token, volume);
  return volume;
}

Result<void> check_attachable(const Json& volume, const Json& instance, const std::string& device) {
  const std::string volume_id = text(volume, "volumeId");
  const std::string state = text(instance.at("instanceState"), "name");
  if (text(volume, "status") == "in-use" || !volume.at("attachmentSet").empty()) {
    return refuse("VolumeInUse", volume_id + " is already attached to an instance");
  }
  if (text(volume, "status") != "available") {
    return refuse("IncorrectState", "Volume '" + volume_id + "' is not 'available'.");
  }
  if (state != "running" && state != "stopped") {
    return refuse("IncorrectState",
                  "Instance '" + text(instance, "instanceId") + "' is not 'running'.");
  }
  if (text(volume, "availabilityZone") != text(instance.at("placement"), "availabilityZone")) {
    return refuse("InvalidVolume.ZoneMismatch", "The volume '" + volume_id +
                                                    "' is not in the same availability zone as "
                                                    "instance '" +
                                                    text(instance, "instanceId") + "'");
  }
  for (const Json& mapping : instance.at("blockDeviceMapping")) {
    if (text(mapping, "deviceName") == device) {
      return refuse("InvalidParameterValue", "Invalid value '" + device +
                                                 "' for unixDevice. Attachment point " + device +
                                                 " is already in use");
    }
  }
  return {};
}

Result<Json> attach_volume(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  TRY(const std::string instance_id, call.params.need("InstanceId"));
  TRY(const std::string device, call.params.need("Device"));
  TRY_VOID(call.finish());
  TRY(Json * volume, need_volume(call, volume_id));
  TRY(Json * instance, need_instance(call, instance_id));
  TRY_VOID(check_attachable(*volume, *instance, device));
  if (text(instance->at("instanceState"), "name") == "running") {
    TRY_VOID(call.world.bodies().plug_disk(instance_id, {volume_id, device}));
  }
  const Json attachment{{"volumeId", volume_id},
                        {"instanceId", instance_id},
                        {"device", device},
                        {"status", "attaching"},
                        {"attachTime", call.world.timestamp()},
                        {"deleteOnTermination", false}};
  (*volume)["status"] = "in-use";
  (*volume)["attachmentSet"] = Json::array({attachment});
  instance->at("blockDeviceMapping")
      .push_back({{"deviceName", device},
                  {"ebs",
                   {{"volumeId", volume_id},
                    {"status", "attaching"},
                    {"attachTime", call.world.timestamp()},
                    {"deleteOnTermination", false}}}});
  call.world.schedule(call.world.work(2000ms),
                      {{"kind", "attached"}, {"region", call.region}, {"id", volume_id}});
  return attachment;
}

Result<Json> detach_volume(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  const std::string instance_id = call.params.get_or("InstanceId", "");
  const std::string device = call.params.get_or("Device", "");
  TRY(const bool force, call.params.flag("Force", false));
  TRY_VOID(call.finish());
  TRY(Json * volume, need_volume(call, volume_id));
  Json& attachments = volume->at("attachmentSet");
  if (attachments.empty()) {
    return refuse("IncorrectState", "Volume '" + volume_id + "' is in the 'available' state.");
  }
  Json& attachment = attachments[0];
  const std::string holder = text(attachment, "instanceId");
  if ((!instance_id.empty() && instance_id != holder) ||
      (!device.empty() && device != text(attachment, "device"))) {
    return refuse("InvalidAttachment.NotFound",
                  "Volume '" + volume_id + "' is not attached to '" + instance_id + "'");
  }
  TRY(const Json* instance, need_instance(call, holder));
  const bool running = text(instance->at("instanceState"), "name") == "running";
  if (running && text(*instance, "rootDeviceName") == text(attachment, "device")) {
    return refuse("OperationNotPermitted", "Unable to detach root volume '" + volume_id +
                                               "' from instance '" + holder + "'");
  }
  attachment["status"] = "detaching";
  Json reply = attachment;
  if (running && !force) {
    call.world.bodies().unplug_disk(holder, {volume_id, text(attachment, "device")});
  } else {
    call.world.schedule(call.world.work(1000ms),
                        {{"kind", "detached"}, {"region", call.region}, {"id", volume_id}});
  }
  return reply;
}

Result<Json> delete_volume(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  TRY_VOID(call.finish());
  TRY(const Json* volume, need_volume(call, volume_id));
  if (!volume->at("attachmentSet").empty()) {
    return refuse("VolumeInUse", "Volume " + volume_id + " is currently attached");
  }
  TRY_VOID(call.world.bodies().delete_volume(volume_id));
  call.table("volume").erase(volume_id);
  return Json{{"return", true}};
}

Result<Json> modify_volume(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  TRY(const auto size, call.params.number("Size"));
  const std::string type = call.params.get_or("VolumeType", "");
  TRY(const auto iops, call.params.number("Iops"));
  TRY(const auto throughput, call.params.number("Throughput"));
  TRY_VOID(call.finish());
  TRY(Json * volume, need_volume(call, volume_id));
  const long old_size = volume->at("size").get<long>();
  if (size && *size < old_size) {
    return refuse("InvalidParameterValue", "New size cannot be smaller than existing size");
  }
  Json change{{"volumeId", volume_id},
              {"modificationState", "optimizing"},
              {"progress", 0},
              {"originalSize", old_size},
              {"targetSize", size.value_or(old_size)},
              {"originalVolumeType", text(*volume, "volumeType")},
              {"targetVolumeType", type.empty() ? text(*volume, "volumeType") : type},
              {"startTime", call.world.timestamp()}};
  if (size) {
    TRY_VOID(call.world.bodies().grow_volume(volume_id, static_cast<int>(*size)));
    (*volume)["size"] = *size;
  }
  if (!type.empty()) (*volume)["volumeType"] = type;
  if (iops) (*volume)["iops"] = *iops;
  if (throughput) (*volume)["throughput"] = *throughput;
  call.table("volume-modification")[volume_id] = change;
  call.world.schedule(call.world.work(30s),
                      {{"kind", "volume_modified"}, {"region", call.region}, {"id", volume_id}});
  return Json{{"volumeModification", std::move(change)}};
}

Result<Json> describe_modifications(Call& call) {
  static const FilterPaths kPaths{{"volume-id", "volumeId"},
                                  {"modification-state", "modificationState"}};
  return describe(call, {.kind = "volume-modification",
                         .id_parameter = "VolumeId",
                         .not_found = "InvalidVolumeModification.NotFound",
                         .set = "volumeModificationSet",
                         .filters = &kPaths});
}

}  // namespace

void add_volume_actions(Actions& actions) {
  actions.insert({{"DescribeVolumes", describe_volumes},
                  {"CreateVolume", create_volume},
                  {"AttachVolume", attach_volume},
                  {"DetachVolume", detach_volume},
                  {"DeleteVolume", delete_volume},
                  {"ModifyVolume", modify_volume},
                  {"DescribeVolumesModifications", describe_modifications}});
}

}  // namespace ec2spotter::sim
