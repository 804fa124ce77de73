// The actions of volumes and their attachments.
#include "sim/core/resources/volumes.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "sim/core/call/call.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/resources/images.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/resources/root_volumes.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAttachmentsMost = 28;  // what types.cpp says of every type

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
      {"multi-attach-enabled", "multiAttachEnabled"},
      {"attachment.attach-time", "attachmentSet/*/attachTime"},
      {"attachment.instance-id", "attachmentSet/*/instanceId"},
      {"attachment.status", "attachmentSet/*/status"},
      {"attachment.device", "attachmentSet/*/device"},
      {"attachment.delete-on-termination", "attachmentSet/*/deleteOnTermination"}};
  return kPaths;
}

Result<Json*> need_volume(Call& call, const std::string& id) {
  return need(call, "volume", "InvalidVolume.NotFound", id);
}

Result<Json> describe_volumes(Call& call) {
  return describe(call, {.kind = "volume",
                         .id_parameter = "VolumeId",
                         .not_found = "InvalidVolume.NotFound",
                         .set = "volumeSet",
                         .filters = &volume_filters()});
}

Result<std::string> read_zone(Call& call) {
  const std::string zone = call.params.get_or("AvailabilityZone", "");
  const std::string zone_id = call.params.get_or("AvailabilityZoneId", "");
  if (zone.empty() == zone_id.empty()) {
    return refuse(zone.empty() ? "MissingParameter" : "InvalidParameterCombination",
                  "The request must contain AvailabilityZone or AvailabilityZoneId");
  }
  std::string found = zone_of(call.world, call.region, zone, zone_id);
  if (!found.empty()) return found;
  return refuse("InvalidZone.NotFound", "The zone '" + zone + zone_id + "' does not exist.");
}

Result<DiskSpec> read_volume(Params& params) {
  DiskSpec disk;
  TRY(disk.size_gib, params.number("Size"));
  disk.snapshot_id = params.get_or("SnapshotId", "");
  disk.volume_type = params.get_or("VolumeType", "gp2");
  TRY(disk.iops, params.number("Iops"));
  TRY(disk.throughput, params.number("Throughput"));
  TRY(disk.initialization_mib_s, params.number("VolumeInitializationRate"));
  TRY(const bool encrypted, params.flag("Encrypted", false));
  disk.encrypted = encrypted;
  disk.kms_key = params.get_or("KmsKeyId", "");
  TRY(const bool multi_attach, params.flag("MultiAttachEnabled", false));
  if (multi_attach) return refuse("UnsupportedOperation", "Multi-Attach is not simulated");
  return disk;
}

// EC2 notices later that it cannot use a key, and then deletes the volume without an error.
const char* end_of_creating(const Call& call, const DiskSpec& disk) {
  if (call.fault == kVolumeError) return "volume_error";
  if (call.fault == kVolumeVanishes || !keys_are_usable(call.world, call.region, disk)) {
    return "volume_failed";
  }
  return "volume_available";
}

Result<Json> create_volume(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  TRY(const std::string zone, read_zone(call));
  TRY(DiskSpec disk, read_volume(call.params));
  TRY(Json tags, read_tags(call.params, "volume"));
  const std::string token = call.params.get_or("ClientToken", "");
  TRY_VOID(complete_disk(call.world, call.region, disk));
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  TRY_VOID(check_initialization(call.world, call.region, disk));
  Json volume = volume_json(call.world, disk, zone, std::move(tags));
  volume["status"] = "creating";
  const std::string id = text(volume, "volumeId");
  TRY_VOID(
      call.world.bodies().create_volume(id, static_cast<int>(*disk.size_gib), disk.snapshot_id));
  begin_initialization(call.world, disk, volume);
  call.put("volume", id) = volume;
  call.world.schedule(call.world.work(1500ms),
                      {{"kind", end_of_creating(call, disk)}, {"region", call.region}, {"id", id}});
  volume.erase("attachmentSet");
  remember_token(call, fingerprint, token, volume);
  return volume;
}

// /dev/sda1, /dev/sd[b-p], /dev/xvda, /dev/xvd[b-z], each also with a second letter or a digit.
bool is_device_name(const std::string& device) {
  for (const std::string_view prefix : {"/dev/sd", "/dev/xvd", "sd", "xvd"}) {
    if (!device.starts_with(prefix)) continue;
    const std::string rest = device.substr(prefix.size());
    return !rest.empty() && rest.size() <= 3 && std::islower(rest[0]) != 0 &&
           std::all_of(rest.begin(), rest.end(), [](unsigned char c) {
             return std::islower(c) != 0 || std::isdigit(c) != 0;
           });
  }
  return false;
}

Result<void> check_attachable(const Json& volume, const Json& instance, const std::string& device) {
  const std::string volume_id = text(volume, "volumeId");
  const std::string state = text(instance.at("instanceState"), "name");
  if (!is_device_name(device)) {
    return refuse("InvalidParameterValue", "Value (" + device +
                                               ") for parameter device is invalid. " + device +
                                               " is not a valid EBS device name.");
  }
  TRY_VOID(check_available(volume));
  if (state != "running" && state != "stopped") {
    return refuse("IncorrectState",
                  "Instance '" + text(instance, "instanceId") + "' is not 'running'.");
  }
  // A volume from the Marketplace is attached only as a root.
  const bool as_root = state == "stopped" && device == text(instance, "rootDeviceName");
  if (volume.contains("_product_code") && !as_root) {
    return refuse(
        "OperationNotPermitted",
        "'" + volume_id + "' with Marketplace codes may not be attached as a secondary device.");
  }
  TRY_VOID(check_same_zone(volume, instance));
  const Json& mappings = instance.at("blockDeviceMapping");
  const Json& interfaces = instance.at("networkInterfaceSet");
  if (mappings.size() + interfaces.size() >= kAttachmentsMost) {
    return refuse("AttachmentLimitExceeded",
                  "The instance has as many volumes and network interfaces as its type takes");
  }
  for (const Json& mapping : mappings) {
    if (text(mapping, "deviceName") == device) {
      return refuse("InvalidParameterValue", "Invalid value '" + device +
                                                 "' for unixDevice. Attachment point " + device +
                                                 " is already in use");
    }
  }
  return {};
}

// An instance whose root could not be replaced runs no guest that could take a disk.
Result<void> check_has_guest(const Json& instance) {
  if (state_name(instance) != "running" || !root_volume_of(instance).empty()) return {};
  return refuse("IncorrectState",
                "Instance '" + text(instance, "instanceId") + "' has no root volume.");
}

void mark_mapping(Json& instance, const std::string& volume_id, const char* status) {
  for (Json& mapping : instance.at("blockDeviceMapping")) {
    if (text(mapping.at("ebs"), "volumeId") == volume_id) mapping["ebs"]["status"] = status;
  }
}

Result<Json> attach_volume(Call& call) {
  TRY(const std::string volume_id, call.params.need("VolumeId"));
  TRY(const std::string instance_id, call.params.need("InstanceId"));
  TRY(const std::string device, call.params.need("Device"));
  TRY_VOID(call.finish());
  TRY(Json * volume, need_volume(call, volume_id));
  TRY(Json * instance, need_instance(call, instance_id));
  TRY_VOID(check_no_root_task(call.world, call.region, volume_id));
  TRY_VOID(check_has_guest(*instance));
  TRY_VOID(check_attachable(*volume, *instance, device));
  // The keys of an instance that is stopped are needed when it starts.
  if (has_power(*instance)) TRY_VOID(check_volume_key(call.world, call.region, *volume));
  if (has_power(*instance)) {
    TRY_VOID(call.world.bodies().plug_disk(instance_id, {volume_id, device}));
  }
  Json attachment = attachment_json(call.world, volume_id, instance_id,
                                    {.device = device, .delete_on_termination = false});
  note_retired(call.world, *volume, attachment);
  if (volume->contains("_product_code")) {
    (*instance)["productCodes"] = product_codes(text(*volume, "_product_code"));
  }
  (*volume)["status"] = "in-use";
  (*volume)["attachmentSet"] = Json::array({attachment});
  instance->at("blockDeviceMapping").push_back(mapping_of(attachment));
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
  TRY(Json * instance, need_instance(call, holder));
  const bool running = text(instance->at("instanceState"), "name") == "running";
  if (running && text(*instance, "rootDeviceName") == text(attachment, "device")) {
    return refuse("OperationNotPermitted", "Unable to detach root volume '" + volume_id +
                                               "' from instance '" + holder + "'");
  }
  if (text(attachment, "status") == "detaching" && !force) {
    return refuse("IncorrectState", "Volume '" + volume_id + "' is already detaching.");
  }
  attachment["status"] = "detaching";
  Json reply = attachment;
  mark_mapping(*instance, volume_id, "detaching");
  attachment["_free_at"] =
      format_iso8601(call.world.now() + call.world.work(1500ms), Fraction::milliseconds);
  if (has_power(*instance) && !force) {
    call.world.bodies().unplug_disk(holder, {volume_id, text(attachment, "device")});
  } else {
    call.world.schedule(call.world.work(1500ms),
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
  TRY_VOID(check_no_root_task(call.world, call.region, volume_id));
  TRY_VOID(call.world.bodies().delete_volume(volume_id));
  call.erase("volume", volume_id);
  return Json{{"return", true}};
}

}  // namespace

void add_volume_actions(Actions& actions) {
  actions.insert({{"DescribeVolumes", describe_volumes},
                  {"CreateVolume", create_volume},
                  {"AttachVolume", attach_volume},
                  {"DetachVolume", detach_volume},
                  {"DeleteVolume", delete_volume}});
}

}  // namespace ec2spotter::sim
