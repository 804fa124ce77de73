#include "sim/core/life/new_instances.hpp"

#include <algorithm>

#include "sim/core/call/limits.hpp"
#include "sim/core/call/select.hpp"
#include "sim/core/life/endings.hpp"
#include "sim/core/life/launch_place.hpp"
#include "sim/core/life/request_state.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/resources/launch_interfaces.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/services/iam.hpp"
#include "sim/core/services/parameters.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStarting = 6s;  // from the call to running, as EC2 takes 5 to 18 s

// The image's disks, as the launch changes them.
Result<std::map<std::string, DiskSpec>> wanted_disks(World& world, const std::string& region,
                                                     const LaunchSpec& spec) {
  const Json& image = *world.find(region, "image", spec.image_id);
  std::map<std::string, DiskSpec> wanted;
  for (const Json& mapping : image.at("blockDeviceMapping")) {
    const Json& ebs = mapping.at("ebs");
    const std::string device = text(mapping, "deviceName");
    wanted[device] = {.device = device,
                      .snapshot_id = text(ebs, "snapshotId"),
                      .volume_type = ebs.value("volumeType", "gp3"),
                      .size_gib = ebs.at("volumeSize").get<long>(),
                      .iops = {},
                      .throughput = {},
                      .delete_on_termination = ebs.value("deleteOnTermination", true),
                      .encrypted = {},
                      .no_device = false};
  }
  for (const DiskSpec& given : spec.disks) {
    DiskSpec& disk = wanted[given.device];
    disk.device = given.device;
    disk.no_device = given.no_device;
    if (!given.snapshot_id.empty()) disk.snapshot_id = given.snapshot_id;
    if (!given.volume_type.empty()) disk.volume_type = given.volume_type;
    if (given.size_gib) disk.size_gib = given.size_gib;
    if (given.iops) disk.iops = given.iops;
    if (given.throughput) disk.throughput = given.throughput;
    if (given.encrypted) disk.encrypted = given.encrypted;
    if (!given.kms_key.empty()) disk.kms_key = given.kms_key;
    if (given.delete_on_termination) disk.delete_on_termination = given.delete_on_termination;
  }
  for (auto it = wanted.begin(); it != wanted.end();) {
    if (it->second.no_device) {
      it = wanted.erase(it);
      continue;
    }
    TRY_VOID(complete_disk(world, region, it->second));
    if (!it->second.key_exists) {
      return refuse("InvalidParameterValue", "The key " + it->second.kms_key + " does not exist");
    }
    ++it;
  }
  return wanted;
}

Json tags_for(const LaunchSpec& spec, const char* type) {
  const auto tags = spec.tags.find(type);
  return tags == spec.tags.end() ? Json::array() : tags->second;
}

Result<Json> make_disks(World& world, const std::string& region, const LaunchSpec& spec,
                        const std::string& instance_id, const std::string& zone) {
  TRY(const auto wanted, wanted_disks(world, region, spec));
  Json mappings = Json::array();
  for (const auto& [device, disk] : wanted) {
    Json volume = volume_json(world, disk, zone, tags_for(spec, "volume"));
    const std::string volume_id = text(volume, "volumeId");
    TRY_VOID(world.bodies().create_volume(volume_id, static_cast<int>(*disk.size_gib),
                                          disk.snapshot_id));
    Json attachment = attachment_json(
        world, volume_id, instance_id,
        {.device = device, .delete_on_termination = disk.delete_on_termination.value_or(true)});
    attachment["status"] = "attached";
    mappings.push_back(mapping_of(attachment));
    volume["status"] = "in-use";
    volume["attachmentSet"] = Json::array({std::move(attachment)});
    world.put(region, "volume", volume_id) = std::move(volume);
  }
  return mappings;
}

Json metadata_options(const LaunchSpec& spec) {
  return {{"state", "applied"},
          {"httpTokens", spec.tokens_required ? "required" : "optional"},
          {"httpPutResponseHopLimit", spec.hop_limit},
          {"httpEndpoint", spec.metadata_enabled ? "enabled" : "disabled"},
          {"httpProtocolIpv6", "disabled"},
          {"instanceMetadataTags", spec.tags_in_metadata ? "enabled" : "disabled"}};
}

Json instance_json(World& world, const LaunchSpec& spec, const Json& image, const Json& subnet) {
  const Json& type = *instance_type(spec.instance_type);
  const std::string boot_mode = boot_mode_on(type, text(image, "bootMode"));
  return {{"imageId", spec.image_id},
          {"instanceType", spec.instance_type},
          {"launchTime", world.timestamp()},
          {"placement",
           {{"availabilityZone", text(subnet, "availabilityZone")},
            {"availabilityZoneId", text(subnet, "availabilityZoneId")},
            {"tenancy", "default"},
            {"groupName", ""}}},
          {"monitoring", {{"state", spec.monitoring ? "enabled" : "disabled"}}},
          {"subnetId", text(subnet, "subnetId")},
          {"vpcId", text(subnet, "vpcId")},
          {"architecture", text(image, "architecture")},
          {"hypervisor", "xen"},
          {"virtualizationType", "hvm"},
          {"currentInstanceBootMode", boot_mode},
          {"rootDeviceType", "ebs"},
          {"rootDeviceName", text(image, "rootDeviceName")},
          {"productCodes", image.value("productCodes", Json::array())},
          {"ebsOptimized", spec.ebs_optimized},
          {"enaSupport", true},
          {"clientToken", spec.client_token},
          {"cpuOptions",
           {{"coreCount", type.at("vCpuInfo").at("defaultCores")},
            {"threadsPerCore", type.at("vCpuInfo").at("defaultThreadsPerCore")}}},
          {"hibernationOptions", {{"configured", false}}},
          {"enclaveOptions", {{"enabled", false}}},
          {"capacityReservationSpecification", {{"capacityReservationPreference", "open"}}},
          {"platformDetails", "Linux/UNIX"},
          {"usageOperation", "RunInstances"},
          {"usageOperationUpdateTime", world.timestamp()},
          {"maintenanceOptions", {{"autoRecovery", "default"}}},
          {"metadataOptions", metadata_options(spec)},
          {"_vcpus", type.at("vCpuInfo").at("defaultVCpus")},
          {"_memory_mib", type.at("memoryInfo").at("sizeInMiB")},
          {"_shutdown_behavior", spec.shutdown_behavior},
          {"_termination_disabled", spec.termination_disabled},
          {"_user_data", spec.user_data}};
}

Json instance_tags(const LaunchSpec& spec) {
  Json tags = tags_for(spec, "instance");
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) tags.push_back({{"key", key}, {"value", value}});
  };
  add("aws:ec2:fleet-id", spec.fleet_id);
  add("aws:ec2launchtemplate:id", spec.template_id);
  add("aws:ec2launchtemplate:version", spec.template_version);
  return tags;
}

// What a failed launch of one instance had made so far.
void undo(World& world, const std::string& region, const Json& instance) {
  const std::vector<std::string> alone{text(instance, "instanceId")};
  std::vector<std::string> doomed;
  for (const auto& [id, volume] : world.table(region, "volume")) {
    if (values_at(volume, "attachmentSet/*/instanceId") == alone) doomed.push_back(id);
  }
  for (const std::string& id : doomed) erase_volume(world, region, id);
  discard_interfaces(world, region, instance);
}

Result<std::string> launch_one(World& world, const std::string& region, const LaunchSpec& spec,
                               const Place& place) {
  const std::string id = world.new_id("i-");
  const Json& image = *world.find(region, "image", spec.image_id);
  const Json& subnet = *world.find(region, "subnet", place.subnet_id);
  Json instance = instance_json(world, spec, image, subnet);
  instance["instanceId"] = id;
  if (image.contains("bootMode")) instance["bootMode"] = image.at("bootMode");
  if (auto made = give_interfaces(world, region, spec, place.subnet_id, instance); !made) {
    undo(world, region, instance);
    return fail(std::move(made).error());
  }
  auto disks = make_disks(world, region, spec, id, place.zone);
  if (!disks) {
    undo(world, region, instance);
    return fail(std::move(disks).error());
  }
  instance["_launch_devices"] = values_at(*disks, "*/deviceName");
  instance["blockDeviceMapping"] = std::move(*disks);
  instance["tagSet"] = instance_tags(spec);
  if (!spec.key_name.empty()) instance["keyName"] = spec.key_name;
  if (!spec.fleet_id.empty()) instance["_fleet"] = spec.fleet_id;
  if (!spec.profile_name.empty()) {
    instance["iamInstanceProfile"] = {
        {"arn", "arn:aws:iam::" + std::string(kAccount) + ":instance-profile/" + spec.profile_name},
        {"id", "AIPA" + world.new_id("").substr(0, 16)}};
  }
  if (wants_public_ip(spec)) instance["_own_ip"] = new_public_ip(world);
  set_state(instance, "pending");
  refresh_interfaces(world, region, instance);
  for (const char* key : {"privateIpAddress", "privateDnsName"}) {
    instance[key] = instance.at("networkInterfaceSet")[0].at(key);
  }
  instance["_mac"] = instance.at("networkInterfaceSet")[0].at("macAddress");
  if (spec.spot != SpotKind::none) fulfil_request(world, region, spec, instance);
  world.put(region, "instance", id) = std::move(instance);
  world.schedule(world.work(kStarting),
                 {{"kind", "instance_running"}, {"region", region}, {"id", id}});
  return id;
}

// EC2's own words, from public reports.
Result<void> check_boot_mode(const Json& type, const std::string& of_image) {
  if (!boot_mode_on(type, of_image).empty()) return {};
  const std::string mode = of_image == "uefi" ? "UEFI" : "Legacy BIOS";
  return refuse("InvalidParameterValue",
                "The " + text(type, "instanceType") +
                    " instance type does not support an AMI with a boot mode of " + mode +
                    ". Specify an instance type that supports " + mode + ", and try again.");
}

}  // namespace

Result<void> check_launch(World& world, const std::string& region, const LaunchSpec& spec) {
  if (spec.image_id.empty()) {
    return refuse("MissingParameter", "The request must contain the parameter ImageId");
  }
  const Json* image = world.find(region, "image", resolve_image(world, region, spec.image_id));
  if (image == nullptr) {
    return refuse("InvalidAMIID.NotFound", "The image id '[" + spec.image_id + "]' does not exist");
  }
  if (text(*image, "imageState") != "available") {
    return refuse("InvalidAMIID.Unavailable",
                  "The image id '[" + spec.image_id + "]' is not available");
  }
  const Json* type = instance_type(spec.instance_type);
  if (type == nullptr) {
    return refuse("InvalidParameterValue",
                  "Invalid value '" + spec.instance_type + "' for InstanceType.");
  }
  if (type->at("processorInfo").at("supportedArchitectures")[0] != image->at("architecture")) {
    return refuse("InvalidParameterValue",
                  "The architecture of the image does not match that of " + spec.instance_type);
  }
  TRY_VOID(check_boot_mode(*type, text(*image, "bootMode")));
  if (!spec.key_name.empty() && world.find(region, "key-pair", spec.key_name) == nullptr) {
    return refuse("InvalidKeyPair.NotFound", "The key pair '" + spec.key_name + "' does not exist");
  }
  for (const std::string& group : spec.group_ids) {
    if (world.find(region, "security-group", group) == nullptr) {
      return refuse("InvalidGroup.NotFound", "The security group '" + group + "' does not exist");
    }
  }
  if (!spec.profile_name.empty() && !profile_exists(world, spec.profile_name)) {
    return refuse("InvalidParameterValue",
                  "Value (" + spec.profile_name +
                      ") for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance "
                      "Profile name");
  }
  TRY_VOID(check_wanted_interfaces(world, region, spec));
  TRY(const auto places, candidates(world, region, spec));
  return {};
}

Result<std::vector<std::string>> launch(World& world, const std::string& region, LaunchSpec spec) {
  TRY_VOID(check_launch(world, region, spec));
  spec.image_id = resolve_image(world, region, spec.image_id);
  TRY(const Place place, choose_place(world, region, spec));
  const std::string reservation = world.new_id("r-");
  std::vector<std::string> ids;
  for (int i = 0; i < place.count; ++i) {
    auto id = launch_one(world, region, spec, place);
    if (!id && ids.size() >= static_cast<std::size_t>(spec.count_min)) break;
    if (!id) {
      for (const std::string& made : ids) discard_instance(world, region, made);
      return fail(std::move(id).error());
    }
    Json& instance = *world.find(region, "instance", *id);
    instance["_reservation"] = reservation;
    instance["amiLaunchIndex"] = i;
    change_capacity(world, {spec.instance_type, place.zone, market_of(spec)}, -1);
    ids.push_back(std::move(*id));
  }
  return ids;
}

Result<void> start_again(World& world, const std::string& region, Json& instance) {
  const std::string id = text(instance, "instanceId");
  const PoolName pool = pool_of(instance);
  const bool spot = pool.market == "spot";
  if (state_name(instance) != "stopped") {
    return refuse("IncorrectInstanceState",
                  "The instance '" + id + "' is not in a state from which it can be started.");
  }
  if (capacity_left(world, pool) == 0) {
    return refuse("InsufficientInstanceCapacity",
                  "Insufficient capacity to start the instance '" + id + "'.");
  }
  if (vcpus_free(world, region, spot) < vcpus_of(pool.instance_type)) {
    return refuse(spot ? "MaxSpotInstanceCountExceeded" : "VcpuLimitExceeded",
                  "The vCPU limit does not allow to start the instance '" + id + "'.");
  }
  change_capacity(world, pool, -1);
  set_state(instance, "pending");
  instance["_started_again"] = true;
  instance["launchTime"] = world.timestamp();
  for (const char* key :
       {"stateReason", "reason", "_reclaim_at", "_rebalance_at", "_noticed", "_off_at"}) {
    instance.erase(key);
  }
  if (instance.contains("_own_ip")) instance["_own_ip"] = new_public_ip(world);
  refresh_interfaces(world, region, instance);
  world.schedule(world.work(kStarting),
                 {{"kind", "instance_running"}, {"region", region}, {"id", id}});
  return {};
}

}  // namespace ec2spotter::sim
