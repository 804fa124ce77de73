#include "sim/core/images.hpp"

#include "sim/core/call.hpp"
#include "sim/core/life.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

Result<Json> describe_images(Call& call) {
  static const FilterPaths kPaths{{"image-id", "imageId"},
                                  {"name", "name"},
                                  {"state", "imageState"},
                                  {"architecture", "architecture"},
                                  {"owner-id", "imageOwnerId"},
                                  {"root-device-type", "rootDeviceType"},
                                  {"virtualization-type", "virtualizationType"},
                                  {"is-public", "isPublic"}};
  static_cast<void>(call.params.list("Owner"));
  static_cast<void>(call.params.list("ExecutableBy"));
  static_cast<void>(call.params.get("IncludeDeprecated"));
  static_cast<void>(call.params.get("IncludeDisabled"));
  return describe(call, {.kind = "image",
                         .id_parameter = "ImageId",
                         .not_found = "InvalidAMIID.NotFound",
                         .set = "imagesSet",
                         .filters = &kPaths});
}

Result<Json> register_image(Call& call) {
  Params& params = call.params;
  ImageSpec spec;
  TRY(spec.name, params.need("Name"));
  spec.architecture = params.get_or("Architecture", "x86_64");
  spec.root_device = params.get_or("RootDeviceName", "/dev/xvda");
  spec.description = params.get_or("Description", "");
  for (const char* name : {"VirtualizationType", "EnaSupport", "BootMode", "ImdsSupport"}) {
    static_cast<void>(params.get(name));
  }
  for (Params& mapping : params.structures("BlockDeviceMapping")) {
    TRY(const std::string device, mapping.need("DeviceName"));
    const std::string snapshot = mapping.get_or("Ebs.SnapshotId", "");
    for (const char* name : {"Ebs.VolumeSize", "Ebs.VolumeType", "Ebs.DeleteOnTermination"}) {
      static_cast<void>(mapping.get(name));
    }
    TRY_VOID(mapping.finish());
    if (device == spec.root_device) spec.snapshot_id = snapshot;
  }
  TRY(Json tags, read_tags(params, "image"));
  TRY_VOID(call.finish());
  const Json* snapshot = call.find("snapshot", spec.snapshot_id);
  if (snapshot == nullptr) {
    return refuse("InvalidSnapshot.NotFound",
                  "The snapshot '" + spec.snapshot_id + "' of the root device does not exist.");
  }
  spec.id = call.world.new_id("ami-");
  spec.size_gib = snapshot->at("volumeSize").get<int>();
  Json image = make_image(call.world, spec);
  image["tagSet"] = std::move(tags);
  call.table("image")[spec.id] = std::move(image);
  return Json{{"imageId", spec.id}};
}

Result<Json> create_image(Call& call) {
  TRY(const std::string instance_id, call.params.need("InstanceId"));
  ImageSpec spec;
  TRY(spec.name, call.params.need("Name"));
  spec.description = call.params.get_or("Description", "");
  TRY(const bool no_reboot, call.params.flag("NoReboot", false));
  TRY(auto tags, read_tag_specifications(call.params));
  TRY_VOID(call.finish());
  const Json* instance = call.find("instance", instance_id);
  if (instance == nullptr) {
    return refuse("InvalidInstanceID.NotFound",
                  "The instance ID '" + instance_id + "' does not exist");
  }
  spec.architecture = text(*instance, "architecture");
  spec.root_device = text(*instance, "rootDeviceName");
  for (const Json& mapping : instance->at("blockDeviceMapping")) {
    if (text(mapping, "deviceName") != spec.root_device) continue;
    const std::string volume_id = text(mapping.at("ebs"), "volumeId");
    spec.size_gib = call.find("volume", volume_id)->at("size").get<int>();
    spec.snapshot_id = call.world.new_id("snap-");
    TRY_VOID(call.world.bodies().create_snapshot(spec.snapshot_id, volume_id));
    call.table("snapshot")[spec.snapshot_id] = {{"snapshotId", spec.snapshot_id},
                                                {"volumeId", volume_id},
                                                {"volumeSize", spec.size_gib},
                                                {"status", "completed"},
                                                {"progress", "100%"},
                                                {"startTime", call.world.timestamp()},
                                                {"ownerId", kAccount},
                                                {"description", "Created by CreateImage"},
                                                {"encrypted", false},
                                                {"storageTier", "standard"},
                                                {"tagSet", tags["snapshot"]}};
  }
  if (!no_reboot && state_name(*instance) == "running") call.world.bodies().reboot(instance_id);
  spec.id = call.world.new_id("ami-");
  Json image = make_image(call.world, spec);
  image["imageState"] = "pending";
  if (tags.contains("image")) image["tagSet"] = tags["image"];
  call.table("image")[spec.id] = std::move(image);
  call.world.schedule(call.world.work(60s),
                      {{"kind", "image_available"}, {"region", call.region}, {"id", spec.id}});
  return Json{{"imageId", spec.id}};
}

Result<Json> deregister_image(Call& call) {
  TRY(const std::string id, call.params.need("ImageId"));
  TRY_VOID(call.finish());
  if (call.table("image").erase(id) == 0) {
    return refuse("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
  }
  return Json{{"return", true}};
}

}  // namespace

Json make_image(World& world, const ImageSpec& spec) {
  return {{"imageId", spec.id},
          {"name", spec.name},
          {"description", spec.description},
          {"imageLocation", std::string(kAccount) + "/" + spec.name},
          {"imageOwnerId", kAccount},
          {"imageState", "available"},
          {"imageType", "machine"},
          {"isPublic", false},
          {"architecture", spec.architecture},
          {"creationDate", world.timestamp()},
          {"rootDeviceType", "ebs"},
          {"rootDeviceName", spec.root_device},
          {"virtualizationType", "hvm"},
          {"hypervisor", "xen"},
          {"enaSupport", true},
          {"platformDetails", "Linux/UNIX"},
          {"blockDeviceMapping", Json::array({{{"deviceName", spec.root_device},
                                               {"ebs",
                                                {{"snapshotId", spec.snapshot_id},
                                                 {"volumeSize", spec.size_gib},
                                                 {"volumeType", "gp3"},
                                                 {"deleteOnTermination", true},
                                                 {"encrypted", false}}}}})},
          {"tagSet", Json::array()}};
}

void add_image_actions(Actions& actions) {
  actions.insert({{"DescribeImages", describe_images},
                  {"RegisterImage", register_image},
                  {"CreateImage", create_image},
                  {"DeregisterImage", deregister_image}});
}

}  // namespace ec2spotter::sim
