#include "sim/core/call/launch_spec.hpp"

#include <charconv>

#include "base/base64.hpp"
#include "model/resources.hpp"
#include "sim/core/call/call.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr double kPriceLeast = 0.001;

Result<std::optional<bool>> optional_flag(Params& params, const std::string& name) {
  if (!params.get(name)) return std::optional<bool>();
  TRY(const bool value, params.flag(name, false));
  return std::optional<bool>(value);
}

Result<DiskSpec> read_disk(Params& mapping) {
  DiskSpec disk;
  TRY(disk.device, mapping.need("DeviceName"));
  disk.no_device = mapping.get("NoDevice").has_value();
  disk.snapshot_id = mapping.get_or("Ebs.SnapshotId", "");
  TRY(disk.volume_type, one_of(mapping, "Ebs.VolumeType", "",
                               {"gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"}));
  TRY(disk.size_gib, mapping.number("Ebs.VolumeSize"));
  TRY(disk.iops, mapping.number("Ebs.Iops"));
  TRY(disk.throughput, mapping.number("Ebs.Throughput"));
  TRY(disk.delete_on_termination, optional_flag(mapping, "Ebs.DeleteOnTermination"));
  TRY(disk.encrypted, optional_flag(mapping, "Ebs.Encrypted"));
  disk.kms_key = mapping.get_or("Ebs.KmsKeyId", "");
  TRY_VOID(mapping.finish());
  if (disk.size_gib && (*disk.size_gib < 1 || *disk.size_gib > 65536)) {
    return refuse("InvalidParameterValue", "The size of " + disk.device + " is out of range");
  }
  return disk;
}

Result<InterfaceSpec> read_interface(Params& params) {
  InterfaceSpec spec;
  TRY(const auto index, params.number("DeviceIndex"));
  if (!index) return refuse("MissingParameter", "A network interface needs a DeviceIndex");
  spec.device_index = *index;
  spec.interface_id = params.get_or("NetworkInterfaceId", "");
  spec.subnet_id = params.get_or("SubnetId", "");
  spec.private_ip = params.get_or("PrivateIpAddress", "");
  spec.description = params.get_or("Description", "");
  spec.group_ids = params.list("SecurityGroupId");
  TRY(spec.delete_on_termination, optional_flag(params, "DeleteOnTermination"));
  TRY(spec.public_ip, optional_flag(params, "AssociatePublicIpAddress"));
  TRY_VOID(params.finish());
  const bool existing = !spec.interface_id.empty();
  if (existing && (spec.public_ip || !spec.subnet_id.empty() || !spec.group_ids.empty() ||
                   !spec.private_ip.empty() || spec.delete_on_termination.value_or(false))) {
    return refuse(
        "InvalidParameterCombination",
        "An existing network interface keeps its subnet, groups and addresses, and is not "
        "deleted on termination");
  }
  return spec;
}

Result<void> read_placement(Params& params, LaunchSpec& spec) {
  Params placement = params.structure("Placement");
  spec.zone = placement.get_or("AvailabilityZone", "");
  spec.zone_id = placement.get_or("AvailabilityZoneId", "");
  if (!spec.zone.empty() && !spec.zone_id.empty()) {
    return refuse("InvalidParameterCombination",
                  "Give AvailabilityZone or AvailabilityZoneId, not both");
  }
  if (placement.get_or("Tenancy", "default") != "default") {
    return refuse("Unsupported", "Only the tenancy 'default' is simulated");
  }
  return placement.finish();
}

Result<void> read_profile(Params& params, LaunchSpec& spec) {
  Params profile = params.structure("IamInstanceProfile");
  const std::string arn = profile.get_or("Arn", "");
  spec.profile_name = profile.get_or("Name", "");
  if (!arn.empty() && !spec.profile_name.empty()) {
    return refuse("InvalidParameterCombination", "Give the profile's Name or its Arn, not both");
  }
  if (!arn.empty()) spec.profile_name = arn.substr(arn.rfind('/') + 1);
  return profile.finish();
}

Result<void> read_market(Params& params, LaunchSpec& spec) {
  Params market = params.structure("InstanceMarketOptions");
  if (market.empty()) return {};
  TRY(const std::string type, one_of(market, "MarketType", "spot", {"spot"}));
  TRY(const std::string kind,
      one_of(market, "SpotOptions.SpotInstanceType", "one-time", {"persistent"}));
  TRY(spec.interruption_behavior, one_of(market, "SpotOptions.InstanceInterruptionBehavior",
                                         "terminate", {"stop", "hibernate"}));
  const auto price = market.get("SpotOptions.MaxPrice");
  const auto until = market.get("SpotOptions.ValidUntil");
  TRY_VOID(market.finish());
  if (price) {
    TRY(spec.max_price, read_price("MaxPrice", *price));
  }
  if (until) spec.valid_until = parse_iso8601(*until);
  spec.spot = kind == "persistent" ? SpotKind::persistent : SpotKind::one_time;
  if (until && (kind == "one-time" || !spec.valid_until)) {
    return refuse("InvalidParameterCombination", "ValidUntil is a time, for persistent requests");
  }
  if ((kind == "persistent") == (spec.interruption_behavior == "terminate")) {
    return refuse("InvalidParameterCombination",
                  "A persistent request needs the interruption behavior stop or hibernate, a "
                  "one-time request needs terminate");
  }
  if (spec.interruption_behavior == "hibernate") {
    return refuse("UnsupportedOperation", "Hibernation is not simulated");
  }
  return {};
}

Result<void> read_metadata_options(Params& params, LaunchSpec& spec) {
  Params options = params.structure("MetadataOptions");
  TRY(const std::string tokens, one_of(options, "HttpTokens", "optional", {"required"}));
  TRY(const std::string endpoint, one_of(options, "HttpEndpoint", "enabled", {"disabled"}));
  TRY(const std::string tags, one_of(options, "InstanceMetadataTags", "disabled", {"enabled"}));
  TRY(const std::string ipv6, one_of(options, "HttpProtocolIpv6", "disabled", {}));
  TRY(const auto hops, options.number("HttpPutResponseHopLimit"));
  spec.hop_limit = hops.value_or(1);
  if (spec.hop_limit < 1 || spec.hop_limit > 64) {
    return refuse("InvalidParameterValue", "HttpPutResponseHopLimit must be from 1 to 64");
  }
  spec.tokens_required = tokens == "required";
  spec.metadata_enabled = endpoint == "enabled";
  spec.tags_in_metadata = tags == "enabled";
  return options.finish();
}

Result<void> check_interfaces(const LaunchSpec& spec) {
  if (spec.interfaces.empty()) return {};
  if (!spec.subnet_id.empty() || !spec.group_ids.empty() || !spec.group_names.empty() ||
      !spec.private_ip.empty()) {
    return refuse("InvalidParameterCombination",
                  "Network interfaces and an instance-level subnet ID, private address or security "
                  "groups may not be specified on the same request");
  }
  for (std::size_t i = 0; i < spec.interfaces.size(); ++i) {
    if (spec.interfaces[i].device_index != static_cast<long>(i)) {
      return refuse("InvalidParameterValue", "Device indexes must count up from 0");
    }
  }
  return {};
}

}  // namespace

Result<double> read_price(const std::string& name, const std::string& value) {
  double price = 0;
  const char* last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, price);
  if (error != std::errc{} || end != last || !(price > kPriceLeast) || price > 1e6) {
    return refuse("InvalidParameterValue",
                  "Value (" + value + ") for parameter " + name + " must be a price above 0.001");
  }
  return price;
}

Result<void> check_user_data(const std::string& user_data) {
  const auto raw = base64_decode(user_data);
  if (!raw) return refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (raw->size() > kUserDataMost) {
    return refuse("InvalidParameterValue",
                  "User data is limited to " + std::to_string(kUserDataMost) + " bytes");
  }
  return {};
}

Result<LaunchSpec> read_launch_spec(Params& params) {
  LaunchSpec spec;
  spec.params = params.all();
  spec.image_id = params.get_or("ImageId", "");
  spec.instance_type = params.get_or("InstanceType", spec.instance_type);
  spec.key_name = params.get_or("KeyName", "");
  spec.user_data = params.get_or("UserData", "");
  spec.subnet_id = params.get_or("SubnetId", "");
  spec.group_ids = params.list("SecurityGroupId");
  spec.group_names = params.list("SecurityGroup");
  TRY(spec.ebs_optimized, params.flag("EbsOptimized", false));
  TRY(spec.monitoring, params.flag("Monitoring.Enabled", false));
  TRY_VOID(read_placement(params, spec));
  TRY_VOID(read_profile(params, spec));
  for (Params& mapping : params.structures("BlockDeviceMapping")) {
    TRY(DiskSpec disk, read_disk(mapping));
    spec.disks.push_back(std::move(disk));
  }
  for (Params& interface : params.structures("NetworkInterface")) {
    TRY(InterfaceSpec read, read_interface(interface));
    spec.interfaces.push_back(std::move(read));
  }
  TRY_VOID(check_user_data(spec.user_data));
  TRY_VOID(check_interfaces(spec));
  return spec;
}

Result<void> read_launch_extras(Params& params, LaunchSpec& spec) {
  spec.private_ip = params.get_or("PrivateIpAddress", "");
  TRY(spec.shutdown_behavior,
      one_of(params, "InstanceInitiatedShutdownBehavior", "stop", {"terminate"}));
  TRY(spec.termination_disabled, params.flag("DisableApiTermination", false));
  TRY(spec.cpu_credits,
      one_of(params, "CreditSpecification.CpuCredits", "", {"standard", "unlimited"}));
  TRY_VOID(read_market(params, spec));
  TRY_VOID(read_metadata_options(params, spec));
  TRY(spec.tags, read_tag_specifications(params, {"instance", "volume", "network-interface",
                                                  "spot-instances-request"}));
  return check_interfaces(spec);
}

}  // namespace ec2spotter::sim
