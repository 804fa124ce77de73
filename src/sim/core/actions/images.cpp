// The actions of images.
#include "sim/core/resources/images.hpp"

#include <algorithm>
#include <string_view>

#include "sim/core/call/call.hpp"
#include "sim/core/resources/snapshots.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

bool show_none(const Json&) { return false; }

// There is one account. Its images also take the place of those that AWS and others publish.
bool ours(const std::vector<std::string>& names) {
  return names.empty() || std::any_of(names.begin(), names.end(), [](const std::string& name) {
           return name == "self" || name == "all" || name == kAccount;
         });
}

Result<Json> describe_images(Call& call) {
  static const FilterPaths kPaths{
      {"image-id", "imageId"},
      {"name", "name"},
      {"state", "imageState"},
      {"architecture", "architecture"},
      {"owner-id", "imageOwnerId"},
      {"root-device-type", "rootDeviceType"},
      {"virtualization-type", "virtualizationType"},
      {"is-public", "isPublic"},
      {"image-type", "imageType"},
      {"description", "description"},
      {"creation-date", "creationDate"},
      {"ena-support", "enaSupport"},
      {"hypervisor", "hypervisor"},
      {"root-device-name", "rootDeviceName"},
      {"block-device-mapping.snapshot-id", "blockDeviceMapping/*/ebs/snapshotId"},
      {"block-device-mapping.device-name", "blockDeviceMapping/*/deviceName"}};
  const auto owners = call.params.list("Owner");
  const auto executable_by = call.params.list("ExecutableBy");
  // No image here is deprecated or disabled.
  for (const char* name : {"IncludeDeprecated", "IncludeDisabled"}) {
    TRY_VOID(call.params.flag(name, false));
  }
  return describe(call, {.kind = "image",
                         .id_parameter = "ImageId",
                         .not_found = "InvalidAMIID.NotFound",
                         .set = "imagesSet",
                         .filters = &kPaths,
                         .page = {1, 1000},
                         .shown = ours(owners) && ours(executable_by) ? nullptr : show_none});
}

Result<void> check_name(Call& call, const std::string& name) {
  if (name.size() < 3 || name.size() > 128) {
    return refuse("InvalidAMIName.Malformed", "AMI names have 3 to 128 characters");
  }
  for (const auto& [id, image] : call.table("image")) {
    if (text(image, "name") != name) continue;
    return refuse("InvalidAMIName.Duplicate",
                  "AMI name " + name + " is already in use by AMI " + id);
  }
  return {};
}

Result<Json> read_disk(Call& call, Params& mapping, std::string_view virtualization) {
  TRY(const std::string device, mapping.need("DeviceName"));
  DiskSpec disk;
  disk.snapshot_id = mapping.get_or("Ebs.SnapshotId", "");
  disk.volume_type = mapping.get_or("Ebs.VolumeType", "gp2");
  TRY(disk.size_gib, mapping.number("Ebs.VolumeSize"));
  TRY(const bool delete_it, mapping.flag("Ebs.DeleteOnTermination", true));
  TRY_VOID(mapping.finish());
  TRY_VOID(complete_disk(call.world, call.region, disk));
  if (virtualization != "hvm") return refuse("Unsupported", "Only the virtualization type hvm");
  return mapping_json({.device = device,
                       .snapshot_id = disk.snapshot_id,
                       .volume_type = disk.volume_type,
                       .size_gib = *disk.size_gib,
                       .delete_on_termination = delete_it});
}

Result<ImageSpec> read_image(Call& call) {
  Params& params = call.params;
  ImageSpec spec;
  TRY(spec.name, params.need("Name"));
  TRY(spec.architecture, one_of(params, "Architecture", "x86_64", {"arm64"}));
  TRY(spec.root_device, params.need("RootDeviceName"));
  spec.description = params.get_or("Description", "");
  TRY(spec.boot_mode, one_of(params, "BootMode", "", {"legacy-bios", "uefi", "uefi-preferred"}));
  TRY(spec.imds_support, one_of(params, "ImdsSupport", "", {"v2.0"}));
  TRY(spec.ena_support, params.flag("EnaSupport", false));
  const std::string virtualization = params.get_or("VirtualizationType", "hvm");
  bool has_root = false;
  for (Params& mapping : params.structures("BlockDeviceMapping")) {
    TRY(Json disk, read_disk(call, mapping, virtualization));
    has_root = has_root || (text(disk, "deviceName") == spec.root_device &&
                            !text(disk.at("ebs"), "snapshotId").empty());
    spec.disks.push_back(std::move(disk));
  }
  if (has_root) return spec;
  return refuse("InvalidBlockDeviceMapping",
                "The root device " + spec.root_device + " needs a mapping with a snapshot");
}

Result<Json> register_image(Call& call) {
  TRY(ImageSpec spec, read_image(call));
  TRY(Json tags, read_tags(call.params, "image"));
  TRY_VOID(check_name(call, spec.name));
  TRY_VOID(call.finish());
  spec.id = call.world.new_id("ami-");
  Json image = make_image(call.world, spec);
  image["tagSet"] = std::move(tags);
  call.put("image", spec.id) = std::move(image);
  return Json{{"imageId", spec.id}};
}

// A snapshot of each disk of the instance, and the mappings that name them.
Result<Json> snapshot_disks(Call& call, const Json& instance, const Json& tags) {
  std::vector<Wish> wishes;
  for (const Json& mapping : instance.at("blockDeviceMapping")) {
    wishes.push_back({call.find("volume", text(mapping.at("ebs"), "volumeId")), tags});
  }
  TRY(const auto snapshots,
      take_snapshots(call.world, call.region, wishes,
                     "Created by CreateImage(" + text(instance, "instanceId") + ")"));
  Json disks = Json::array();
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Json& mapping = instance.at("blockDeviceMapping")[i];
    const Json& volume = *wishes[i].volume;
    disks.push_back(mapping_json(
        {.device = text(mapping, "deviceName"),
         .snapshot_id = text(snapshots[i], "snapshotId"),
         .volume_type = text(volume, "volumeType"),
         .size_gib = volume.at("size").get<long>(),
         .delete_on_termination = mapping.at("ebs").at("deleteOnTermination").get<bool>()}));
  }
  return disks;
}

Result<Json> create_image(Call& call) {
  TRY(const std::string instance_id, call.params.need("InstanceId"));
  ImageSpec spec;
  TRY(spec.name, call.params.need("Name"));
  spec.description = call.params.get_or("Description", "");
  TRY(const bool no_reboot, call.params.flag("NoReboot", false));
  TRY(auto tags, read_tag_specifications(call.params, {"image", "snapshot"}));
  TRY(const Json* instance, need_instance(call, instance_id));
  TRY_VOID(check_name(call, spec.name));
  TRY_VOID(call.finish());
  if (state_name(*instance) != "running" && state_name(*instance) != "stopped") {
    return refuse("IncorrectState", "Instance '" + instance_id + "' is not running or stopped.");
  }
  spec.architecture = text(*instance, "architecture");
  spec.boot_mode = text(*instance, "bootMode");
  spec.root_device = text(*instance, "rootDeviceName");
  const Json none = Json::array();
  TRY(spec.disks,
      snapshot_disks(call, *instance, tags.contains("snapshot") ? tags["snapshot"] : none));
  if (!no_reboot && state_name(*instance) == "running") call.world.bodies().reboot(instance_id);
  spec.id = call.world.new_id("ami-");
  Json image = make_image(call.world, spec);
  image["imageState"] = "pending";
  image["tagSet"] = tags.contains("image") ? tags["image"] : none;
  call.put("image", spec.id) = std::move(image);
  call.world.schedule(call.world.work(60s),
                      {{"kind", "image_available"}, {"region", call.region}, {"id", spec.id}});
  return Json{{"imageId", spec.id}};
}

Result<Json> deregister_image(Call& call) {
  TRY(const std::string id, call.params.need("ImageId"));
  TRY_VOID(need(call, "image", "InvalidAMIID.NotFound", id));
  TRY_VOID(call.finish());
  call.erase("image", id);
  return Json{{"return", true}};
}

}  // namespace

void add_image_actions(Actions& actions) {
  actions.insert({{"DescribeImages", describe_images},
                  {"RegisterImage", register_image},
                  {"CreateImage", create_image},
                  {"DeregisterImage", deregister_image}});
}

}  // namespace ec2spotter::sim
