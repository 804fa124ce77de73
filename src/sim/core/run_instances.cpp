#include "sim/core/run_instances.hpp"

#include <algorithm>
#include <cstdlib>

#include "sim/core/life.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kUserDataMost = 16384 * 4 / 3 + 4;  // in base64

Result<Json> read_mappings(Params& params) {
  Json mappings = Json::array();
  for (Params& mapping : params.structures("BlockDeviceMapping")) {
    TRY(const std::string device, mapping.need("DeviceName"));
    Json entry{{"deviceName", device}};
    if (mapping.get("NoDevice")) entry["_no_device"] = true;
    TRY(const auto size, mapping.number("Ebs.VolumeSize"));
    TRY(const bool delete_it, mapping.flag("Ebs.DeleteOnTermination", true));
    TRY(const bool encrypted, mapping.flag("Ebs.Encrypted", false));
    entry["_snapshot"] = mapping.get_or("Ebs.SnapshotId", "");
    entry["_type"] = mapping.get_or("Ebs.VolumeType", "gp2");
    entry["_delete"] = delete_it;
    entry["_encrypted"] = encrypted;
    if (size) entry["_size"] = *size;
    TRY_VOID(mapping.finish());
    mappings.push_back(std::move(entry));
  }
  return mappings;
}

Result<void> read_market(Params& params, LaunchSpec& spec) {
  Params market = params.structure("InstanceMarketOptions");
  if (market.empty()) return {};
  const std::string type = market.get_or("MarketType", "spot");
  if (type != "spot") {
    return refuse("InvalidParameterValue", "The market type '" + type + "' is not supported");
  }
  const std::string kind = market.get_or("SpotOptions.SpotInstanceType", "one-time");
  spec.interruption_behavior =
      market.get_or("SpotOptions.InstanceInterruptionBehavior", "terminate");
  const auto price = market.get("SpotOptions.MaxPrice");
  static_cast<void>(market.get("SpotOptions.ValidUntil"));
  TRY_VOID(market.finish());
  if (price) spec.max_price = std::strtod(price->c_str(), nullptr);
  if (price && *spec.max_price <= 0.001) {
    return refuse("InvalidParameterValue", "The spot price must be above 0.001");
  }
  spec.spot = kind == "persistent" ? SpotKind::persistent : SpotKind::one_time;
  if (spec.spot == SpotKind::persistent && spec.interruption_behavior == "terminate") {
    return refuse("InvalidParameterCombination",
                  "A persistent request needs the interruption behavior stop or hibernate");
  }
  return {};
}

Result<void> read_metadata_options(Params& params, LaunchSpec& spec) {
  Params options = params.structure("MetadataOptions");
  spec.tokens_required = options.get_or("HttpTokens", "optional") == "required";
  spec.metadata_enabled = options.get_or("HttpEndpoint", "enabled") == "enabled";
  TRY(const auto hops, options.number("HttpPutResponseHopLimit"));
  spec.hop_limit = static_cast<int>(hops.value_or(1));
  static_cast<void>(options.get("InstanceMetadataTags"));
  static_cast<void>(options.get("HttpProtocolIpv6"));
  return options.finish();
}

Result<void> read_interface(Params& params, LaunchSpec& spec) {
  for (Params& interface : params.structures("NetworkInterface")) {
    TRY(const auto index, interface.number("DeviceIndex"));
    static_cast<void>(index);
    spec.network_interface_id = interface.get_or("NetworkInterfaceId", "");
    spec.subnet_id = interface.get_or("SubnetId", spec.subnet_id);
    for (std::string& group : interface.list("SecurityGroupId")) {
      spec.group_ids.push_back(std::move(group));
    }
    TRY(const bool delete_it, interface.flag("DeleteOnTermination", true));
    TRY(const bool is_public, interface.flag("AssociatePublicIpAddress", true));
    static_cast<void>(delete_it && is_public);
    TRY_VOID(interface.finish());
  }
  return {};
}

// The subnet that the launch goes into: the named one, else the default one of the zone.
Result<Json*> find_subnet(World& world, const std::string& region, const LaunchSpec& spec) {
  if (!spec.subnet_id.empty()) {
    Json* subnet = world.find(region, "subnet", spec.subnet_id);
    if (subnet == nullptr) {
      return refuse("InvalidSubnetID.NotFound",
                    "The subnet ID '" + spec.subnet_id + "' does not exist");
    }
    if (!spec.zone.empty() && spec.zone != text(*subnet, "availabilityZone")) {
      return refuse("InvalidParameterValue",
                    "The subnet is not in the availability zone " + spec.zone);
    }
    return subnet;
  }
  for (auto& [id, subnet] : world.table(region, "subnet")) {
    if (spec.zone.empty() || spec.zone == text(subnet, "availabilityZone")) return &subnet;
  }
  return refuse("InvalidParameterValue", "Invalid availability zone: [" + spec.zone + "]");
}

Result<void> check_references(World& world, const std::string& region, const LaunchSpec& spec) {
  const Json* image = world.find(region, "image", spec.image_id);
  if (image == nullptr) {
    return refuse("InvalidAMIID.NotFound", "The image id '[" + spec.image_id + "]' does not exist");
  }
  const Json* type = instance_type(spec.instance_type);
  if (type == nullptr) {
    return refuse("InvalidParameterValue",
                  "Invalid value '" + spec.instance_type + "' for InstanceType.");
  }
  const Json& made_for = type->at("processorInfo").at("supportedArchitectures")[0];
  if (made_for != image->at("architecture")) {
    return refuse("InvalidParameterValue",
                  "The architecture of the image does not match that of " + spec.instance_type);
  }
  if (!spec.key_name.empty() && world.find(region, "key-pair", spec.key_name) == nullptr) {
    return refuse("InvalidKeyPair.NotFound", "The key pair '" + spec.key_name + "' does not exist");
  }
  for (const std::string& group : spec.group_ids) {
    if (world.find(region, "security-group", group) == nullptr) {
      return refuse("InvalidGroup.NotFound", "The security group '" + group + "' does not exist");
    }
  }
  if (spec.user_data.size() > kUserDataMost) {
    return refuse("InvalidParameterValue", "User data is limited to 16384 bytes");
  }
  return {};
}

Result<void> take_capacity(World& world, const LaunchSpec& spec, const std::string& zone) {
  const bool spot = spec.spot != SpotKind::none;
  const std::string market = spot ? "spot" : "on-demand";
  if (spot && spec.max_price && *spec.max_price < spot_price(world, spec.instance_type, zone)) {
    return refuse("SpotMaxPriceTooLow",
                  "Your Spot request price is lower than the minimum "
                  "required Spot request fulfillment price");
  }
  const long left = capacity_left(world, spec.instance_type, zone, market);
  if (left < 0) return {};
  if (left < spec.count) {
    return refuse("InsufficientInstanceCapacity",
                  spot ? "There is no Spot capacity available that matches your request."
                       : "We currently do not have sufficient " + spec.instance_type +
                             " capacity in the Availability Zone you requested (" + zone + ").");
  }
  world.settings()["capacity/" + spec.instance_type + "/" + zone + "/" + market] =
      left - spec.count;
  return {};
}

std::string free_private_ip(World& world, const std::string& region, const Json& subnet) {
  const std::string prefix = text(subnet, "_prefix");  // "172.31.16."
  for (int host = 10; host < 250; ++host) {
    const std::string ip = prefix + std::to_string(host);
    const Table& interfaces = world.table(region, "network-interface");
    const bool used = std::any_of(interfaces.begin(), interfaces.end(), [&](const auto& entry) {
      return text(entry.second, "privateIpAddress") == ip;
    });
    if (!used) return ip;
  }
  return {};
}

// The volumes of an instance: those of its image, as the launch changes them.
Result<Json> make_disks(World& world, const std::string& region, const LaunchSpec& spec,
                        const std::string& instance_id, const std::string& zone) {
  const Json& image = *world.find(region, "image", spec.image_id);
  std::map<std::string, Json> wanted;
  for (const Json& mapping : image.at("blockDeviceMapping")) {
    wanted[text(mapping, "deviceName")] = {
        {"_snapshot", text(mapping.at("ebs"), "snapshotId")},
        {"_size", mapping.at("ebs").value("volumeSize", 8)},
        {"_type", "gp3"},
        {"_delete", mapping.at("ebs").value("deleteOnTermination", true)},
        {"_encrypted", false}};
  }
  for (const Json& mapping : spec.mappings) {
    Json& disk = wanted[text(mapping, "deviceName")];
    for (const auto& [key, value] : mapping.items()) {
      if (key != "deviceName" && value != "") disk[key] = value;
    }
  }
  Json disks = Json::array();
  for (const auto& [device, disk] : wanted) {
    if (disk.contains("_no_device")) continue;
    const std::string volume_id = world.new_id("vol-");
    const std::string snapshot = disk.value("_snapshot", "");
    const int size = disk.value("_size", 8);
    TRY_VOID(world.bodies().create_volume(volume_id, size, snapshot));
    const bool delete_it = disk.value("_delete", true);
    const auto tags = spec.tags.find("volume");
    world.table(region, "volume")[volume_id] = {
        {"volumeId", volume_id},
        {"size", size},
        {"volumeType", disk.value("_type", "gp3")},
        {"availabilityZone", zone},
        {"status", "in-use"},
        {"createTime", world.timestamp()},
        {"encrypted", disk.value("_encrypted", false)},
        {"multiAttachEnabled", false},
        {"snapshotId", snapshot},
        {"attachmentSet", Json::array({{{"volumeId", volume_id},
                                        {"instanceId", instance_id},
                                        {"device", device},
                                        {"status", "attached"},
                                        {"attachTime", world.timestamp()},
                                        {"deleteOnTermination", delete_it}}})},
        {"tagSet", tags == spec.tags.end() ? Json::array() : tags->second}};
    disks.push_back({{"deviceName", device},
                     {"ebs",
                      {{"volumeId", volume_id},
                       {"status", "attached"},
                       {"attachTime", world.timestamp()},
                       {"deleteOnTermination", delete_it}}}});
  }
  return disks;
}

Json make_interface(World& world, const std::string& region, const LaunchSpec& spec,
                    const Json& subnet, const std::string& instance_id, const Json& groups) {
  Json interface {
    {"networkInterfaceId", world.new_id("eni-")}, {"subnetId", text(subnet, "subnetId")},
        {"vpcId", text(subnet, "vpcId")}, {"availabilityZone", text(subnet, "availabilityZone")},
        {"description", ""}, {"ownerId", kAccount}, {"status", "in-use"},
        {"privateIpAddress", free_private_ip(world, region, subnet)}, {"sourceDestCheck", true},
        {"groupSet", groups}, {
      "tagSet", Json::array()
    }
  };
  if (!spec.network_interface_id.empty()) {
    interface = *world.find(region, "network-interface", spec.network_interface_id);
    interface["status"] = "in-use";
  } else {
    std::string mac = "06";
    for (int i = 0; i < 5; ++i) {
      constexpr const char* kDigits = "0123456789abcdef";
      mac += ':';
      mac += kDigits[world.draw(16)];
      mac += kDigits[world.draw(16)];
    }
    interface["macAddress"] = mac;
    if (const auto tags = spec.tags.find("network-interface"); tags != spec.tags.end()) {
      interface["tagSet"] = tags->second;
    }
  }
  interface["attachment"] = {{"attachmentId", world.new_id("eni-attach-")},
                             {"instanceId", instance_id},
                             {"instanceOwnerId", kAccount},
                             {"deviceIndex", 0},
                             {"status", "attached"},
                             {"attachTime", world.timestamp()},
                             {"deleteOnTermination", spec.network_interface_id.empty()}};
  world.table(region, "network-interface")[text(interface, "networkInterfaceId")] = interface;
  return interface;
}

Json groups_of(World& world, const std::string& region, const LaunchSpec& spec) {
  Json groups = Json::array();
  for (const auto& [id, group] : world.table(region, "security-group")) {
    const bool named =
        std::find(spec.group_ids.begin(), spec.group_ids.end(), id) != spec.group_ids.end();
    const bool by_default = spec.group_ids.empty() && text(group, "groupName") == "default";
    if (named || by_default) {
      groups.push_back({{"groupId", id}, {"groupName", text(group, "groupName")}});
    }
  }
  return groups;
}

Json interface_in_instance(const Json& interface) {
  Json attachment = interface.at("attachment");
  attachment.erase("instanceId");
  attachment.erase("instanceOwnerId");
  return {{"networkInterfaceId", interface.at("networkInterfaceId")},
          {"subnetId", interface.at("subnetId")},
          {"vpcId", interface.at("vpcId")},
          {"description", ""},
          {"ownerId", kAccount},
          {"status", "in-use"},
          {"macAddress", interface.at("macAddress")},
          {"privateIpAddress", interface.at("privateIpAddress")},
          {"sourceDestCheck", true},
          {"groupSet", interface.at("groupSet")},
          {"attachment", std::move(attachment)}};
}

Json make_spot_request(World& world, const std::string& region, const LaunchSpec& spec,
                       const std::string& instance_id, const std::string& zone) {
  const auto tags = spec.tags.find("spot-instances-request");
  const double price = spec.max_price.value_or(on_demand_price(spec.instance_type));
  Json request{
      {"spotInstanceRequestId", "sir-" + world.new_id("").substr(9)},
      {"state", "active"},
      {"type", spec.spot == SpotKind::persistent ? "persistent" : "one-time"},
      {"createTime", world.timestamp()},
      {"instanceId", instance_id},
      {"instanceInterruptionBehavior", spec.interruption_behavior},
      {"launchedAvailabilityZone", zone},
      {"productDescription", "Linux/UNIX"},
      {"spotPrice", std::to_string(price)},
      {"launchSpecification", {{"imageId", spec.image_id}, {"instanceType", spec.instance_type}}},
      {"tagSet", tags == spec.tags.end() ? Json::array() : tags->second}};
  set_request_status(world, request, "active", "fulfilled", "Your spot request is fulfilled.");
  world.table(region, "spot-request")[text(request, "spotInstanceRequestId")] = request;
  return request;
}

std::string loopback_address(World& world) {
  const auto part = [&](std::uint64_t first, std::uint64_t bound) {
    return std::to_string(first + world.draw(bound));
  };
  return "127." + part(16, 200) + "." + part(1, 250) + "." + part(1, 250);
}

Result<std::string> launch_one(World& world, const std::string& region, const LaunchSpec& spec,
                               const Json& subnet, const std::string& reservation, int index) {
  const std::string id = world.new_id("i-");
  const std::string zone = text(subnet, "availabilityZone");
  const Json& image = *world.find(region, "image", spec.image_id);
  const Json& type = *instance_type(spec.instance_type);
  TRY(Json disks, make_disks(world, region, spec, id, zone));
  const Json groups = groups_of(world, region, spec);
  const Json interface = make_interface(world, region, spec, subnet, id, groups);
  const auto tags = spec.tags.find("instance");
  const std::string own_ip = loopback_address(world);
  Json instance{
      {"instanceId", id},
      {"imageId", spec.image_id},
      {"instanceType", spec.instance_type},
      {"launchTime", world.timestamp()},
      {"placement", {{"availabilityZone", zone}, {"tenancy", "default"}, {"groupName", ""}}},
      {"monitoring", {{"state", "disabled"}}},
      {"subnetId", text(subnet, "subnetId")},
      {"vpcId", text(subnet, "vpcId")},
      {"privateIpAddress", text(interface, "privateIpAddress")},
      {"privateDnsName", ""},
      {"dnsName", ""},
      {"ipAddress", own_ip},
      {"architecture", text(image, "architecture")},
      {"hypervisor", "xen"},
      {"virtualizationType", "hvm"},
      {"rootDeviceType", "ebs"},
      {"rootDeviceName", text(image, "rootDeviceName")},
      {"blockDeviceMapping", std::move(disks)},
      {"networkInterfaceSet", Json::array({interface_in_instance(interface)})},
      {"groupSet", groups},
      {"amiLaunchIndex", index},
      {"sourceDestCheck", true},
      {"ebsOptimized", false},
      {"enaSupport", true},
      {"clientToken", spec.client_token},
      {"metadataOptions",
       {{"state", "applied"},
        {"httpTokens", spec.tokens_required ? "required" : "optional"},
        {"httpPutResponseHopLimit", spec.hop_limit},
        {"httpEndpoint", spec.metadata_enabled ? "enabled" : "disabled"}}},
      {"tagSet", tags == spec.tags.end() ? Json::array() : tags->second},
      {"_reservation", reservation},
      {"_own_ip", own_ip},
      {"_mac", text(interface, "macAddress")},
      {"_vcpus", type.at("vCpuInfo").at("defaultVCpus")},
      {"_memory_mib", type.at("memoryInfo").at("sizeInMiB")},
      {"_shutdown_behavior", spec.shutdown_behavior},
      {"_user_data", spec.user_data}};
  if (!spec.key_name.empty()) instance["keyName"] = spec.key_name;
  set_state(instance, "pending");
  if (spec.spot != SpotKind::none) {
    const Json request = make_spot_request(world, region, spec, id, zone);
    instance["instanceLifecycle"] = "spot";
    instance["spotInstanceRequestId"] = text(request, "spotInstanceRequestId");
  }
  world.table(region, "instance")[id] = std::move(instance);
  world.schedule(world.work(5s), {{"kind", "instance_running"}, {"region", region}, {"id", id}});
  return id;
}

}  // namespace

Result<LaunchSpec> read_launch_spec(Params& params) {
  LaunchSpec spec;
  spec.image_id = params.get_or("ImageId", "");
  spec.instance_type = params.get_or("InstanceType", "m5.large");
  spec.key_name = params.get_or("KeyName", "");
  spec.user_data = params.get_or("UserData", "");
  spec.subnet_id = params.get_or("SubnetId", "");
  spec.zone = params.get_or("Placement.AvailabilityZone", "");
  static_cast<void>(params.get("Placement.Tenancy"));
  spec.group_ids = params.list("SecurityGroupId");
  spec.profile_name = params.get_or("IamInstanceProfile.Name", "");
  static_cast<void>(params.get("IamInstanceProfile.Arn"));
  static_cast<void>(params.get("EbsOptimized"));
  static_cast<void>(params.get("Monitoring.Enabled"));
  TRY(spec.mappings, read_mappings(params));
  TRY_VOID(read_interface(params, spec));
  return spec;
}

Result<std::vector<std::string>> launch(World& world, const std::string& region,
                                        const LaunchSpec& spec) {
  TRY_VOID(check_references(world, region, spec));
  TRY(Json * subnet, find_subnet(world, region, spec));
  TRY_VOID(take_capacity(world, spec, text(*subnet, "availabilityZone")));
  const std::string reservation = world.new_id("r-");
  std::vector<std::string> ids;
  for (int i = 0; i < spec.count; ++i) {
    TRY(std::string id, launch_one(world, region, spec, *subnet, reservation, i));
    ids.push_back(std::move(id));
  }
  return ids;
}

Result<Json> run_instances(Call& call) {
  Params& params = call.params;
  const std::string fingerprint = params.fingerprint();
  TRY(LaunchSpec spec, read_launch_spec(params));
  TRY_VOID(read_market(params, spec));
  TRY_VOID(read_metadata_options(params, spec));
  TRY(const std::string image, params.need("ImageId"));
  TRY(const std::string least, params.need("MinCount"));
  TRY(const std::string most, params.need("MaxCount"));
  TRY(const auto count, params.number("MaxCount"));
  spec.count = static_cast<int>(count.value_or(1));
  spec.client_token = params.get_or("ClientToken", "");
  spec.shutdown_behavior = params.get_or("InstanceInitiatedShutdownBehavior", "stop");
  static_cast<void>(params.get("DisableApiTermination"));
  TRY(spec.tags, read_tag_specifications(params));
  // A dry run checks what a real one checks before it changes anything.
  TRY_VOID(check_references(call.world, call.region, spec));
  TRY_VOID(call.finish());
  if (spec.count < 1 || spec.count > 100) {
    return refuse("InvalidParameterValue", "MaxCount must be from 1 to 100");
  }
  // Tokens are zonal as soon as a zone or subnet is named.
  const std::string scope = spec.zone + spec.subnet_id;
  TRY(const Json earlier, recall_token(call, scope, fingerprint, spec.client_token));
  if (!earlier.is_null()) {
    const std::string first = text(earlier.at("instancesSet")[0], "instanceId");
    const Json* instance = call.find("instance", first);
    if (instance == nullptr || state_name(*instance) == "terminated") {
      return refuse("IdempotentInstanceTerminated",
                    "The instance of this client token has been terminated.");
    }
    return earlier;
  }
  TRY(const auto ids, launch(call.world, call.region, spec));
  Json reply{{"reservationId", text(*call.find("instance", ids[0]), "_reservation")},
             {"ownerId", kAccount},
             {"groupSet", Json::array()},
             {"instancesSet", Json::array()}};
  for (const std::string& id : ids) reply["instancesSet"].push_back(*call.find("instance", id));
  remember_token(call, scope, fingerprint, spec.client_token, reply);
  return reply;
}

}  // namespace ec2spotter::sim
