#include "aws/wire/ec2/requests.hpp"

#include <nlohmann/json.hpp>

#include "aws/wire/ec2/request_parts.hpp"
#include "base/base64.hpp"
#include "base/broken_rule.hpp"
#include "model/text/price.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kEc2Version = "2016-11-15";
constexpr std::string_view kStsVersion = "2011-06-15";
constexpr std::string_view kIamVersion = "2010-05-08";
constexpr std::size_t kMaxClientToken = 64;
// The largest page of tasks that EC2 gives. Source: EC2 API reference,
// "DescribeReplaceRootVolumeTasks".
constexpr std::string_view kTasksOfAPage = "50";
// Likewise of templates. Source: EC2 API reference, "DescribeLaunchTemplates".
constexpr std::string_view kTemplatesOfAPage = "200";
constexpr std::string_view kPriceNeedsSpot =
    "a maximum price needs a spot pool; leave it out for on-demand";
// Seconds that an instance at risk goes on after its successor is up; the least that EC2 takes.
constexpr std::string_view kTerminationDelay = "120";

const std::vector<std::string> kTagged = {"instance", "volume", "network-interface"};

// What RunInstances and a launch template name alike; `tagged`: the types that get the tags.
void add_launch(Params& params, const std::string& prefix, const RunInstancesSpec& spec,
                const std::vector<std::string>& tagged) {
  params.add(prefix + "ImageId", spec.image.str());
  params.add_if(prefix + "KeyName", spec.key_name);
  add_ids(params, prefix + "SecurityGroupId", spec.security_groups);
  params.add_if(prefix + "UserData", base64_encode(spec.user_data));
  params.add_if(prefix + "IamInstanceProfile.Name", spec.instance_profile);
  params.add(prefix + "InstanceInitiatedShutdownBehavior", spec.stoppable ? "stop" : "terminate");
  // The account's own default may be that instances have no metadata service.
  params.add(prefix + "MetadataOptions.HttpEndpoint", "enabled");
  params.add(prefix + "MetadataOptions.HttpTokens", "required");
  params.add(prefix + "MetadataOptions.HttpPutResponseHopLimit", "1");
  if (spec.shows_tags) params.add(prefix + "MetadataOptions.InstanceMetadataTags", "enabled");
  add_tag_specifications(params, prefix, tagged, spec.instance_tags);
}

// The primary interface; the instance is where it is.
void add_interface(Params& params, const InterfaceId& interface) {
  params.add("NetworkInterface.1.DeviceIndex", "0");
  params.add("NetworkInterface.1.NetworkInterfaceId", interface.str());
  params.add_bool("NetworkInterface.1.DeleteOnTermination", false);
}

void add_market(Params& params, const RunInstancesSpec& spec) {
  if (spec.pool.market != Market::spot) return;
  params.add("InstanceMarketOptions.MarketType", "spot");
  params.add("InstanceMarketOptions.SpotOptions.SpotInstanceType",
             spec.stoppable ? "persistent" : "one-time");
  params.add("InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior",
             spec.stoppable ? "stop" : "terminate");
  if (spec.max_price) params.add("InstanceMarketOptions.SpotOptions.MaxPrice", *spec.max_price);
}

std::string_view version_of(Service service) {
  if (service == Service::sts) return kStsVersion;
  return service == Service::iam ? kIamVersion : kEc2Version;
}

Result<void> check_price(const std::optional<std::string>& price, bool spot) {
  if (!price) return {};
  if (!spot) return fail(Errc::invalid, std::string(kPriceNeedsSpot));
  if (is_price(*price)) return {};
  return fail(Errc::invalid,
              "the maximum price '" + *price + "' is not a number of US dollars such as 0.05");
}

Result<void> check(const RunInstancesSpec& spec) {
  if (spec.count < 1) return fail(Errc::invalid, "a launch needs at least one instance");
  if (spec.user_data.size() > kUserDataMost) {
    return fail(Errc::invalid, "the user data has " + std::to_string(spec.user_data.size()) +
                                   " bytes, but EC2 takes at most " +
                                   std::to_string(kUserDataMost) + "; shorten it");
  }
  if (!spec.interface.empty() && (spec.count > 1 || spec.subnet || !spec.security_groups.empty())) {
    return fail(Errc::invalid,
                "a network interface is for one instance, and has its subnet and groups already");
  }
  if (spec.client_token.size() > kMaxClientToken) {
    return fail(Errc::invalid, "the client token is longer than 64 characters");
  }
  return check_price(spec.max_price, spec.pool.market == Market::spot);
}

}  // namespace

Params named_params(const ApiCall& call) {
  Params params;
  params.add("Action", call.action);
  params.add("Version", std::string(version_of(call.service)));
  for (const auto& [name, value] : call.params.pairs()) params.add(name, value);
  return params;
}

std::string encode_call(const ApiCall& call) { return encode_form(named_params(call)); }

ApiCall describe_volumes_call(const std::vector<VolumeId>& ids, const std::vector<Filter>& filters,
                              const Page& page) {
  return describe("DescribeVolumes", "VolumeId", ids, filters, page);
}

ApiCall describe_instances_call(const std::vector<InstanceId>& ids,
                                const std::vector<Filter>& filters, const Page& page) {
  return describe("DescribeInstances", "InstanceId", ids, filters, page);
}

ApiCall describe_spot_requests_call(const std::vector<Filter>& filters, const Page& page) {
  return describe("DescribeSpotInstanceRequests", filters, page);
}

ApiCall describe_status_call(const std::vector<InstanceId>& ids, const std::vector<Filter>& filters,
                             const Page& page) {
  return describe("DescribeInstanceStatus", "InstanceId", ids, filters, page);
}

ApiCall describe_root_tasks_call(const std::vector<Filter>& filters, const Page& page) {
  ApiCall call = reading("DescribeReplaceRootVolumeTasks");
  add_filters(call.params, filters);
  add_page(call.params, page, kTasksOfAPage);
  return call;
}

ApiCall describe_addresses_call(const std::vector<Filter>& filters) {
  ApiCall call = reading("DescribeAddresses");
  add_filters(call.params, filters);
  return call;
}

ApiCall describe_images_call(const std::vector<ImageId>& ids, const std::vector<Filter>& filters,
                             const Page& page) {
  return describe("DescribeImages", "ImageId", ids, filters, page);
}

ApiCall describe_subnets_call(const std::vector<Filter>& filters, const Page& page) {
  return describe("DescribeSubnets", filters, page);
}

ApiCall describe_security_groups_call(const std::vector<Filter>& filters, const Page& page) {
  return describe("DescribeSecurityGroups", filters, page);
}

ApiCall describe_launch_templates_call(const std::vector<Filter>& filters, const Page& page) {
  ApiCall call = reading("DescribeLaunchTemplates");
  add_filters(call.params, filters);
  add_page(call.params, page, kTemplatesOfAPage);
  return call;
}

ApiCall describe_fleets_call(const Page& page) {
  return describe("DescribeFleets", {{"fleet-state", {"submitted", "active", "modifying"}}}, page);
}

Result<ApiCall> run_instances_call(const RunInstancesSpec& spec) {
  TRY_VOID(check(spec));
  ApiCall call = changing("RunInstances");
  if (!spec.client_token.empty()) call.effect = Effect::by_token;
  Params& params = call.params;
  params.add("InstanceType", spec.pool.instance_type);
  params.add("MinCount", "1");
  params.add("MaxCount", std::to_string(spec.count));
  params.add_if("ClientToken", spec.client_token);
  std::vector<std::string> tagged = kTagged;
  if (!spec.interface.empty()) {
    add_interface(params, spec.interface);
    // It is not the launch that makes it.
    std::erase(tagged, "network-interface");
  } else if (spec.subnet) {
    params.add("SubnetId", spec.subnet->str());
  } else {
    params.add_if("Placement.AvailabilityZone", spec.pool.zone);
  }
  add_market(params, spec);
  if (spec.pool.market == Market::spot) tagged.emplace_back("spot-instances-request");
  add_launch(params, "", spec, tagged);
  return call;
}

Result<ApiCall> create_launch_template_call(const LaunchTemplateSpec& spec) {
  TRY_VOID(check(spec.launch));
  ApiCall call = changing("CreateLaunchTemplate");
  call.params.add("LaunchTemplateName", spec.name);
  // EC2 makes the Spot requests of a fleet itself.
  add_launch(call.params, "LaunchTemplateData.", spec.launch, kTagged);
  add_tag_specifications(call.params, "", {"launch-template"}, spec.tags);
  return call;
}

ApiCall create_record_call(const std::string& name, const Tags& tags) {
  ApiCall call = changing("CreateLaunchTemplate");
  call.params.add("LaunchTemplateName", name);
  // EC2 takes no template without data.
  call.params.add("LaunchTemplateData.InstanceInitiatedShutdownBehavior", "terminate");
  add_tag_specifications(call.params, "", {"launch-template"}, tags);
  return call;
}

ApiCall delete_launch_template_call(const LaunchTemplateId& id) {
  ApiCall call = changing("DeleteLaunchTemplate");
  call.params.add("LaunchTemplateId", id.str());
  return call;
}

Result<ApiCall> create_fleet_call(const FleetSpec& spec) {
  if (spec.pools.empty()) return fail(Errc::invalid, "a fleet needs at least one pool");
  const bool spot = spec.pools.front().market == Market::spot;
  TRY_VOID(check_price(spec.max_price, spot));
  ApiCall call = changing("CreateFleet");
  if (!spec.client_token.empty()) call.effect = Effect::by_token;
  Params& params = call.params;
  params.add("Type", "maintain");
  params.add_if("ClientToken", spec.client_token);
  params.add("TargetCapacitySpecification.TotalTargetCapacity", "1");
  params.add("TargetCapacitySpecification.DefaultTargetCapacityType", spot ? "spot" : "on-demand");
  if (spot) params.add("SpotOptions.AllocationStrategy", "price-capacity-optimized");
  if (spot && spec.replace_at_risk) {
    const std::string rebalance = "SpotOptions.MaintenanceStrategies.CapacityRebalance.";
    params.add(rebalance + "ReplacementStrategy", "launch-before-terminate");
    params.add(rebalance + "TerminationDelay", std::string(kTerminationDelay));
  }
  const std::string config = list_name("LaunchTemplateConfigs", 0);
  params.add(config + ".LaunchTemplateSpecification.LaunchTemplateName", spec.launch_template);
  params.add(config + ".LaunchTemplateSpecification.Version", "$Default");
  for (std::size_t i = 0; i < spec.pools.size(); ++i) {
    const std::string name = list_name(config + ".Overrides", i);
    params.add(name + ".InstanceType", spec.pools[i].instance_type);
    if (spec.subnet) {
      params.add(name + ".SubnetId", spec.subnet->str());
    } else {
      params.add(name + ".AvailabilityZone", spec.pools[i].zone);
    }
    if (spec.max_price) params.add(name + ".MaxPrice", *spec.max_price);
  }
  add_tag_specifications(params, "", {"fleet"}, spec.tags);
  return call;
}

ApiCall delete_fleet_call(const FleetId& id) {
  ApiCall call = changing("DeleteFleets");
  call.params.add("FleetId.1", id.str());
  call.params.add_bool("TerminateInstances", false);
  return call;
}

ApiCall terminate_instance_call(const InstanceId& instance) {
  return changing("TerminateInstances", instance);
}

ApiCall stop_instance_call(const InstanceId& instance) {
  ApiCall call = changing("StopInstances", instance);
  call.params.add("Force", "true");
  return call;
}

ApiCall shut_down_instance_call(const InstanceId& instance) {
  return changing("StopInstances", instance);
}

ApiCall start_instance_call(const InstanceId& instance) {
  return changing("StartInstances", instance);
}

ApiCall reboot_instance_call(const InstanceId& instance) {
  return changing("RebootInstances", instance);
}

ApiCall cancel_spot_request_call(const SpotRequestId& request) {
  ApiCall call = changing("CancelSpotInstanceRequests");
  call.params.add("SpotInstanceRequestId.1", request.str());
  return call;
}

ApiCall attach_volume_call(const VolumeId& volume, const InstanceId& instance,
                           const std::string& device) {
  ApiCall call = changing("AttachVolume");
  call.params.add("VolumeId", volume.str());
  call.params.add("InstanceId", instance.str());
  call.params.add("Device", device);
  return call;
}

ApiCall detach_volume_call(const VolumeId& volume, const InstanceId& instance) {
  ApiCall call = changing("DetachVolume");
  call.params.add("VolumeId", volume.str());
  if (!breaks_rule(7)) call.params.add("InstanceId", instance.str());
  if (breaks_rule(6)) call.params.add("Force", "true");
  return call;
}

ApiCall replace_root_call(const ReplaceRootSpec& spec) {
  ApiCall call = changing("CreateReplaceRootVolumeTask");
  call.params.add("InstanceId", spec.instance.str());
  call.params.add("VolumeId", spec.volume.str());
  call.params.add("ClientToken", spec.client_token);
  call.params.add("DeleteReplacedRootVolume", "true");
  add_tag_specifications(call.params, "", {"replace-root-volume-task"}, spec.tags);
  return call;
}

ApiCall tagging_call(const std::string& action, const std::vector<std::string>& resource_ids) {
  ApiCall call = changing(action);
  for (std::size_t i = 0; i < resource_ids.size(); ++i) {
    call.params.add(list_name("ResourceId", i), resource_ids[i]);
  }
  return call;
}

ApiCall create_tags_call(const std::vector<std::string>& resource_ids, const Tags& tags) {
  ApiCall call = tagging_call("CreateTags", resource_ids);
  add_tags(call.params, "Tag", tags);
  return call;
}

ApiCall delete_tags_call(const std::vector<std::string>& resource_ids,
                         const std::vector<std::string>& keys) {
  ApiCall call = tagging_call("DeleteTags", resource_ids);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    call.params.add(list_name("Tag", i) + ".Key", keys[i]);
  }
  return call;
}

ApiCall set_delete_on_termination_call(const InstanceId& instance, const std::string& device,
                                       bool value) {
  ApiCall call = changing("ModifyInstanceAttribute");
  call.params.add("InstanceId", instance.str());
  call.params.add("BlockDeviceMapping.1.DeviceName", device);
  call.params.add_bool("BlockDeviceMapping.1.Ebs.DeleteOnTermination", value);
  return call;
}

ApiCall associate_address_call(const AssociateAddressSpec& spec) {
  ApiCall call = changing("AssociateAddress");
  call.params.add("AllocationId", spec.address.str());
  if (spec.interface.empty()) {
    call.params.add("InstanceId", spec.instance.str());
  } else {
    call.params.add("NetworkInterfaceId", spec.interface.str());
  }
  call.params.add_bool("AllowReassociation", spec.allow_reassociation);
  return call;
}

ApiCall disassociate_address_call(const AssociationId& association) {
  ApiCall call = changing("DisassociateAddress");
  call.params.add("AssociationId", association.str());
  return call;
}

ApiCall console_output_call(const InstanceId& instance, Console which) {
  ApiCall call = reading("GetConsoleOutput");
  call.params.add("InstanceId", instance.str());
  if (which == Console::latest) call.params.add_bool("Latest", true);
  return call;
}

ApiCall get_parameter_call(const std::string& name) {
  return {.service = Service::ssm,
          .action = "GetParameter",
          .json = nlohmann::json{{"Name", name}}.dump(-1, ' ', false,
                                                      nlohmann::json::error_handler_t::replace)};
}

ApiCall caller_identity_call() { return {.service = Service::sts, .action = "GetCallerIdentity"}; }

}  // namespace ec2spotter::aws
