#include "aws/wire/ec2/replies.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/wire/ec2/reply_parts.hpp"
#include "base/base64.hpp"

namespace ec2spotter::aws {
namespace {

Result<BlockDevice> read_block_device(XmlElement item) {
  BlockDevice device;
  TRY(device.device, item.required("deviceName"));
  const XmlElement ebs = item.child("ebs");
  device.volume = VolumeId(ebs.text("volumeId"));
  device.state = parse_attachment_state(ebs.text("status"));
  TRY(device.delete_on_termination, ebs.boolean("deleteOnTermination"));
  return device;
}

// The text of `name` in each item.
template <class Text>
std::vector<Text> read_texts(XmlElement list, const char* name) {
  std::vector<Text> texts;
  for (XmlElement item = list.first("item"); item.exists(); item = item.next("item")) {
    texts.emplace_back(item.text(name));
  }
  return texts;
}

// "arn:aws:iam::123456789012:instance-profile/path/web" is of web. Source: IAM user guide, "IAM
// ARNs".
std::string name_in_arn(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

Result<Instance> read_instance(XmlElement item) {
  Instance instance;
  TRY(const std::string id, item.required("instanceId"));
  instance.id = InstanceId(id);
  TRY(const std::string state, item.child("instanceState").required("name"));
  instance.state = parse_instance_state(state);
  instance.type = item.text("instanceType");
  instance.zone = item.child("placement").text("availabilityZone");
  instance.market = item.text("instanceLifecycle") == "spot" ? Market::spot : Market::on_demand;
  instance.image = ImageId(item.text("imageId"));
  instance.subnet = SubnetId(item.text("subnetId"));
  instance.private_ip = item.text("privateIpAddress");
  instance.public_ip = item.text("ipAddress");
  instance.spot_request = SpotRequestId(item.text("spotInstanceRequestId"));
  instance.boot_mode = parse_boot_mode(item.text("currentInstanceBootMode"));
  instance.root_device = item.text("rootDeviceName");
  TRY_VOID(read_items<BlockDevice>(item.child("blockDeviceMapping"), read_block_device,
                                   instance.block_devices));
  instance.product_codes = read_texts<std::string>(item.child("productCodes"), "productCode");
  instance.state_reason_code = item.child("stateReason").text("code");
  instance.state_reason_message = item.child("stateReason").text("message");
  instance.client_token = item.text("clientToken");
  instance.key_name = item.text("keyName");
  instance.security_groups = read_texts<GroupId>(item.child("groupSet"), "groupId");
  instance.interfaces =
      read_texts<InterfaceId>(item.child("networkInterfaceSet"), "networkInterfaceId");
  instance.instance_profile = name_in_arn(item.child("iamInstanceProfile").text("arn"));
  instance.architecture = parse_architecture(item.text("architecture"));
  instance.platform = item.text("platform");
  TRY(instance.launch_index, item.integer("amiLaunchIndex"));
  TRY(const auto launch_time, item.time("launchTime"));
  instance.launch_time = launch_time.value_or(TimePoint{});
  instance.tags = read_tags(item.child("tagSet"));
  return instance;
}

Result<std::vector<Instance>> read_reservation(XmlElement reservation) {
  std::vector<Instance> instances;
  TRY_VOID(read_items<Instance>(reservation.child("instancesSet"), read_instance, instances));
  return instances;
}

Result<SpotRequest> read_spot_request(XmlElement item) {
  SpotRequest request;
  TRY(const std::string id, item.required("spotInstanceRequestId"));
  request.id = SpotRequestId(id);
  TRY(request.state, item.required("state"));
  request.status = parse_spot_status(item.child("status").text("code"));
  request.status_message = item.child("status").text("message");
  request.persistent = item.text("type") == "persistent";
  request.instance = InstanceId(item.text("instanceId"));
  request.tags = read_tags(item.child("tagSet"));
  return request;
}

// Sets the time when this check began to fail, unless an earlier one is known.
Result<std::string> read_check(XmlElement summary, std::optional<TimePoint>& impaired_since) {
  const XmlElement details = summary.child("details");
  for (XmlElement item = details.first("item"); item.exists(); item = item.next("item")) {
    TRY(const auto since, item.time("impairedSince"));
    if (since && (!impaired_since || *since < *impaired_since)) impaired_since = since;
  }
  const std::string status = summary.text("status");
  return status.empty() ? "ok" : status;
}

Result<StatusChecks> read_status(XmlElement item) {
  StatusChecks checks;
  TRY(const std::string id, item.required("instanceId"));
  checks.instance = InstanceId(id);
  TRY(checks.system, read_check(item.child("systemStatus"), checks.impaired_since));
  TRY(checks.guest, read_check(item.child("instanceStatus"), checks.impaired_since));
  TRY(checks.ebs, read_check(item.child("attachedEbsStatus"), checks.impaired_since));
  return checks;
}

Result<RootTask> read_root_task(XmlElement item) {
  RootTask task;
  TRY(const std::string id, item.required("replaceRootVolumeTaskId"));
  TRY(const std::string instance, item.required("instanceId"));
  TRY(const std::string state, item.required("taskState"));
  task.id = RootTaskId(id);
  task.instance = InstanceId(instance);
  task.state = parse_root_task_state(state);
  return task;
}

Result<Address> read_address(XmlElement item) {
  Address address;
  address.id = AllocationId(item.text("allocationId"));
  address.association = AssociationId(item.text("associationId"));
  TRY(address.public_ip, item.required("publicIp"));
  address.instance = InstanceId(item.text("instanceId"));
  address.network_interface = InterfaceId(item.text("networkInterfaceId"));
  address.tags = read_tags(item.child("tagSet"));
  return address;
}

Result<Image> read_image(XmlElement item) {
  Image image;
  TRY(const std::string id, item.required("imageId"));
  image.id = ImageId(id);
  image.name = item.text("name");
  image.state = item.text("imageState");
  image.architecture = parse_architecture(item.text("architecture"));
  image.root_device = item.text("rootDeviceName");
  return image;
}

Result<Subnet> read_subnet(XmlElement item) {
  Subnet subnet;
  TRY(const std::string id, item.required("subnetId"));
  subnet.id = SubnetId(id);
  TRY(subnet.zone, item.required("availabilityZone"));
  TRY(subnet.default_for_zone, item.boolean("defaultForAz"));
  return subnet;
}

Result<SecurityGroup> read_security_group(XmlElement item) {
  SecurityGroup group;
  TRY(const std::string id, item.required("groupId"));
  group.id = GroupId(id);
  group.name = item.text("groupName");
  return group;
}

Result<Fleet> read_fleet(XmlElement item) {
  Fleet fleet;
  TRY(const std::string id, item.required("fleetId"));
  fleet.id = FleetId(id);
  TRY(fleet.state, item.required("fleetState"));
  fleet.launch_template = LaunchTemplateId(item.child("launchTemplateConfigs")
                                               .child("item")
                                               .child("launchTemplateSpecification")
                                               .text("launchTemplateId"));
  TRY(const auto created, item.time("createTime"));
  fleet.created = created.value_or(TimePoint{});
  fleet.tags = read_tags(item.child("tagSet"));
  return fleet;
}

Result<LaunchTemplate> read_launch_template(XmlElement item) {
  LaunchTemplate found;
  TRY(const std::string id, item.required("launchTemplateId"));
  found.id = LaunchTemplateId(id);
  TRY(found.name, item.required("launchTemplateName"));
  found.tags = read_tags(item.child("tagSet"));
  return found;
}

}  // namespace

Result<PageOf<Instance>> parse_describe_instances(std::string_view body) {
  TRY(auto reservations, read_page<std::vector<Instance>>(body, "DescribeInstancesResponse",
                                                          "reservationSet", read_reservation));
  PageOf<Instance> page;
  page.next_token = std::move(reservations.next_token);
  for (auto& reservation : reservations.items) {
    for (auto& instance : reservation) page.items.push_back(std::move(instance));
  }
  return page;
}

Result<PageOf<SpotRequest>> parse_describe_spot_requests(std::string_view body) {
  return read_page<SpotRequest>(body, "DescribeSpotInstanceRequestsResponse",
                                "spotInstanceRequestSet", read_spot_request);
}

Result<PageOf<StatusChecks>> parse_describe_status(std::string_view body) {
  return read_page<StatusChecks>(body, "DescribeInstanceStatusResponse", "instanceStatusSet",
                                 read_status);
}

Result<PageOf<RootTask>> parse_describe_root_tasks(std::string_view body) {
  return read_page<RootTask>(body, "DescribeReplaceRootVolumeTasksResponse",
                             "replaceRootVolumeTaskSet", read_root_task);
}

Result<PageOf<Address>> parse_describe_addresses(std::string_view body) {
  return read_page<Address>(body, "DescribeAddressesResponse", "addressesSet", read_address);
}

Result<PageOf<Image>> parse_describe_images(std::string_view body) {
  return read_page<Image>(body, "DescribeImagesResponse", "imagesSet", read_image);
}

Result<PageOf<Subnet>> parse_describe_subnets(std::string_view body) {
  return read_page<Subnet>(body, "DescribeSubnetsResponse", "subnetSet", read_subnet);
}

Result<PageOf<SecurityGroup>> parse_describe_security_groups(std::string_view body) {
  return read_page<SecurityGroup>(body, "DescribeSecurityGroupsResponse", "securityGroupInfo",
                                  read_security_group);
}

Result<PageOf<LaunchTemplate>> parse_describe_launch_templates(std::string_view body) {
  return read_page<LaunchTemplate>(body, "DescribeLaunchTemplatesResponse", "launchTemplates",
                                   read_launch_template);
}

Result<PageOf<Fleet>> parse_describe_fleets(std::string_view body) {
  return read_page<Fleet>(body, "DescribeFleetsResponse", "fleetSet", read_fleet);
}

Result<std::vector<Instance>> parse_run_instances(std::string_view body) {
  TRY(auto page, read_page<Instance>(body, "RunInstancesResponse", "instancesSet", read_instance));
  std::vector<Instance> launched = std::move(page.items);
  if (launched.empty()) {
    return fail(Errc::malformed_reply, "the reply to RunInstances names no instance");
  }
  std::sort(launched.begin(), launched.end(),
            [](const Instance& a, const Instance& b) { return a.launch_index < b.launch_index; });
  const auto twin = std::adjacent_find(
      launched.begin(), launched.end(),
      [](const Instance& a, const Instance& b) { return a.launch_index == b.launch_index; });
  if (twin != launched.end() || launched.front().launch_index < 0) {
    return fail(Errc::malformed_reply, "the reply to RunInstances has invalid launch indexes");
  }
  return launched;
}

Result<FleetId> parse_create_fleet(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "CreateFleetResponse"));
  TRY(std::string id, root.required("fleetId"));
  return FleetId(std::move(id));
}

Result<void> parse_delete_fleet(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "DeleteFleetsResponse"));
  const XmlElement refused = root.child("unsuccessfulFleetDeletionSet").child("item");
  if (!refused.exists()) return {};
  const std::string code = refused.child("error").text("code");
  if (code == "fleetIdDoesNotExist" || code == "fleetNotInDeletableState") return {};
  return fail(Error{
      .code = Errc::internal, .message = refused.child("error").text("message"), .api_code = code});
}

Result<ConsoleOutput> parse_console_output(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "GetConsoleOutputResponse"));
  auto text = base64_decode(root.text("output"));
  if (!text) return fail(Errc::malformed_reply, "the console output is not base64");
  ConsoleOutput output;
  output.text = std::move(*text);
  TRY(output.time, root.time("timestamp"));
  return output;
}

Result<std::string> parse_get_parameter(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto pointer = nlohmann::json::json_pointer("/Parameter/Value");
  if (!json.is_object() || !json.contains(pointer) || !json.at(pointer).is_string()) {
    return fail(Errc::malformed_reply, "the reply to GetParameter has no Parameter.Value");
  }
  return json.at(pointer).get<std::string>();
}

Result<CallerIdentity> parse_caller_identity(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "GetCallerIdentityResponse"));
  const XmlElement result = root.child("GetCallerIdentityResult");
  CallerIdentity identity;
  TRY(identity.account, result.required("Account"));
  TRY(identity.arn, result.required("Arn"));
  return identity;
}

Result<void> parse_acknowledgement(std::string_view body, std::string_view action) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, std::string(action) + "Response"));
  if (root.text("return") == "false") {
    return fail(Errc::internal, "EC2 answered " + std::string(action) + " with false");
  }
  return {};
}

}  // namespace ec2spotter::aws
