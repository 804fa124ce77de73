// Instances after their launch.
#include <algorithm>
#include <map>

#include "base/base64.hpp"
#include "sim/core/actions/run_instances.hpp"
#include "sim/core/call/call.hpp"
#include "sim/core/life/interfaces.hpp"
#include "sim/core/life/life.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/life/status_checks.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kInstancesMost = 1000;

const FilterPaths& instance_filters() {
  static const FilterPaths kPaths{
      {"instance-id", "instanceId"},
      {"instance-state-name", "instanceState/name"},
      {"instance-state-code", "instanceState/code"},
      {"instance-type", "instanceType"},
      {"instance-lifecycle", "instanceLifecycle"},
      {"image-id", "imageId"},
      {"availability-zone", "placement/availabilityZone"},
      {"subnet-id", "subnetId"},
      {"vpc-id", "vpcId"},
      {"private-ip-address", "privateIpAddress"},
      {"ip-address", "ipAddress"},
      {"key-name", "keyName"},
      {"client-token", "clientToken"},
      {"spot-instance-request-id", "spotInstanceRequestId"},
      {"block-device-mapping.volume-id", "blockDeviceMapping/*/ebs/volumeId"},
      {"block-device-mapping.device-name", "blockDeviceMapping/*/deviceName"},
      {"reservation-id", "_reservation"},
      {"architecture", "architecture"},
      {"dns-name", "dnsName"},
      {"private-dns-name", "privateDnsName"},
      {"group-id", "networkInterfaceSet/*/groupSet/*/groupId"},
      {"instance.group-id", "groupSet/*/groupId"},
      {"instance.group-name", "groupSet/*/groupName"},
      {"iam-instance-profile.arn", "iamInstanceProfile/arn"},
      {"launch-time", "launchTime"},
      {"launch-index", "amiLaunchIndex"},
      {"metadata-options.http-tokens", "metadataOptions/httpTokens"},
      {"network-interface.network-interface-id", "networkInterfaceSet/*/networkInterfaceId"},
      {"root-device-name", "rootDeviceName"},
      {"root-device-type", "rootDeviceType"},
      {"state-reason-code", "stateReason/code"},
      {"tenancy", "placement/tenancy"},
      {"virtualization-type", "virtualizationType"},
      {"block-device-mapping.status", "blockDeviceMapping/*/ebs/status"},
      {"block-device-mapping.attach-time", "blockDeviceMapping/*/ebs/attachTime"},
      {"block-device-mapping.delete-on-termination",
       "blockDeviceMapping/*/ebs/deleteOnTermination"}};
  return kPaths;
}

Result<Json> describe_instances(Call& call) {
  TRY(const Selection found, select(call, {.kind = "instance",
                                           .id_parameter = "InstanceId",
                                           .not_found = "InvalidInstanceID.NotFound",
                                           .set = "reservationSet",
                                           .filters = &instance_filters()}));
  Json reservations = Json::array();
  for (const Json* instance : found.resources) {
    Json reservation = reservation_json(*instance);
    reservation["instancesSet"].push_back(as_xml(call.world.rendering_of(*instance)));
    reservations.push_back(std::move(reservation));
  }
  return with_next({{"reservationSet", std::move(reservations)}}, found.next);
}

// All instances named by InstanceId.N, or InvalidInstanceID.NotFound: all or none.
Result<std::vector<Json*>> need_instances(Call& call, const std::vector<std::string>& ids) {
  if (ids.empty()) return refuse("MissingParameter", "The request must contain InstanceId");
  std::vector<Json*> instances;
  for (const std::string& id : ids) {
    Json* instance = call.find("instance", id);
    if (instance == nullptr) {
      return refuse("InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist");
    }
    instances.push_back(instance);
  }
  return instances;
}

Json change(const std::string& id, const Json& before, const Json& after) {
  return {{"instanceId", id}, {"previousState", before}, {"currentState", after}};
}

using Check = Result<void> (*)(Call& call, const Json& instance);

// All or none: every instance is checked before any is changed.
Result<std::vector<Json*>> checked(Call& call, Check check) {
  const auto ids = call.params.list("InstanceId");
  if (ids.size() > kInstancesMost) {
    return refuse("InvalidParameterValue", "No more than 1000 instances in one call");
  }
  TRY(auto instances, need_instances(call, ids));
  for (const Json* instance : instances) TRY_VOID(check(call, *instance));
  TRY_VOID(call.finish());
  return instances;
}

template <class Change>
Result<Json> change_states(const std::vector<Json*>& instances, Change apply_to) {
  Json set = Json::array();
  for (Json* instance : instances) {
    const Json before = instance->at("instanceState");
    TRY_VOID(apply_to(*instance));
    set.push_back(change(text(*instance, "instanceId"), before, instance->at("instanceState")));
  }
  return Json{{"instancesSet", std::move(set)}};
}

Result<void> check_terminable(Call&, const Json& instance) {
  if (!instance.value("_termination_disabled", false)) return {};
  return refuse("OperationNotPermitted",
                "The instance '" + text(instance, "instanceId") +
                    "' may not be terminated. Modify its 'disableApiTermination' instance "
                    "attribute and try again.");
}

Result<Json> terminate_instances(Call& call) {
  // The guest is asked either way; only its patience would differ.
  for (const char* name : {"Force", "SkipOsShutdown"}) TRY_VOID(call.params.flag(name, false));
  TRY(const auto instances, checked(call, check_terminable));
  return change_states(instances, [&](Json& instance) -> Result<void> {
    begin_termination(call.world, call.region, instance, Cause::user);
    return {};
  });
}

Result<void> check_stoppable(Call& call, const Json& instance) {
  const std::string id = text(instance, "instanceId");
  const Json* request = spot_request_of(call.world, call.region, instance);
  const std::string state = state_name(instance);
  if (request != nullptr && text(*request, "type") == "one-time") {
    return refuse(
        "UnsupportedOperation",
        "You can't stop the Spot Instance '" + id +
            "' because it is associated with a one-time Spot Instance request. You can "
            "only stop Spot Instances associated with persistent Spot Instance requests.");
  }
  if (state == "shutting-down" || state == "terminated") {
    return refuse("IncorrectInstanceState",
                  "The instance '" + id + "' is not in a state from which it can be stopped.");
  }
  return {};
}

Result<Json> stop_instances(Call& call) {
  TRY(const bool force, call.params.flag("Force", false));
  TRY(const bool skip_shutdown, call.params.flag("SkipOsShutdown", false));
  const Stop stop = force || skip_shutdown ? Stop::forced : Stop::orderly;
  TRY(const bool hibernate, call.params.flag("Hibernate", false));
  if (hibernate) return refuse("UnsupportedHibernationConfiguration", "Not simulated");
  TRY(const auto instances, checked(call, check_stoppable));
  return change_states(instances, [&](Json& instance) -> Result<void> {
    begin_stop(call.world, call.region, instance, Cause::user, stop);
    return {};
  });
}

Result<void> check_startable(Call& call, const Json& instance) {
  const std::string id = text(instance, "instanceId");
  const std::string state = state_name(instance);
  if (state != "stopped" && state != "running" && state != "pending") {
    return refuse("IncorrectInstanceState",
                  "The instance '" + id + "' is not in a state from which it can be started.");
  }
  const Json* request = spot_request_of(call.world, call.region, instance);
  const std::string code = request == nullptr ? "" : text(request->at("status"), "code");
  if (code == "instance-stopped-no-capacity" || code == "instance-stopped-by-price") {
    return refuse("IncorrectSpotRequestState",
                  "Only Amazon EC2 starts the interrupted Spot Instance '" + id + "' again.");
  }
  return {};
}

Result<Json> start_instances(Call& call) {
  TRY(const auto instances, checked(call, check_startable));
  return change_states(instances, [&](Json& instance) -> Result<void> {
    if (state_name(instance) != "stopped") return {};
    TRY_VOID(start_again(call.world, call.region, instance));
    if (Json* request = spot_request_of(call.world, call.region, instance)) {
      set_request_status(call.world, *request, "active", "fulfilled", "");
    }
    return {};
  });
}

Result<void> check_running(Call&, const Json& instance) {
  if (state_name(instance) == "running") return {};
  return refuse("IncorrectInstanceState", "The instance '" + text(instance, "instanceId") +
                                              "' is not in the 'running' state.");
}

Result<Json> reboot_instances(Call& call) {
  TRY(const auto instances, checked(call, check_running));
  for (Json* instance : instances) restart_guest(call.world, call.region, *instance);
  return Json{{"return", true}};
}

Result<Json> describe_instance_attribute(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  TRY(const std::string attribute, call.params.need("Attribute"));
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, {id}));
  const Json& instance = *instances[0];
  const std::map<std::string, std::pair<const char*, bool>> known{
      {"instanceType", {"instanceType", true}},
      {"rootDeviceName", {"rootDeviceName", true}},
      {"userData", {"_user_data", true}},
      {"instanceInitiatedShutdownBehavior", {"_shutdown_behavior", true}},
      {"disableApiTermination", {"_termination_disabled", true}},
      {"sourceDestCheck", {"sourceDestCheck", true}},
      {"ebsOptimized", {"ebsOptimized", true}},
      {"enaSupport", {"enaSupport", true}},
      {"blockDeviceMapping", {"blockDeviceMapping", false}},
      {"productCodes", {"productCodes", false}},
      {"groupSet", {"groupSet", false}}};
  const auto found = known.find(attribute);
  if (found == known.end()) {
    return refuse("InvalidParameterValue",
                  "Value (" + attribute + ") for parameter attribute is invalid");
  }
  const auto& [key, wrapped] = found->second;
  Json value = instance.value(key, Json());
  // An attribute that has no value is an empty element.
  if (wrapped && value != "") value = Json{{"value", std::move(value)}};
  return Json{{"instanceId", id}, {attribute, value == "" ? Json() : std::move(value)}};
}

struct DiskChange {
  std::string device, volume_id;  // volume_id empty: whichever is there
  bool delete_on_termination;
};

Result<void> set_delete_on_termination(Call& call, Json& instance, const DiskChange& change) {
  for (Json& mapping : instance.at("blockDeviceMapping")) {
    const std::string volume_id = text(mapping.at("ebs"), "volumeId");
    if (text(mapping, "deviceName") != change.device) continue;
    if (!change.volume_id.empty() && change.volume_id != volume_id) continue;
    mapping["ebs"]["deleteOnTermination"] = change.delete_on_termination;
    Json& attachment = call.find("volume", volume_id)->at("attachmentSet").at(0);
    attachment["deleteOnTermination"] = change.delete_on_termination;
    return {};
  }
  return refuse("InvalidInstanceAttributeValue",
                "No device is currently mapped at " + change.device);
}

Result<void> change_disks(Call& call, Json& instance, std::vector<Params>& mappings) {
  for (Params& mapping : mappings) {
    TRY(const std::string device, mapping.need("DeviceName"));
    // EC2's documented default is true.
    TRY(const bool delete_it, mapping.flag("Ebs.DeleteOnTermination", true));
    const std::string volume_id = mapping.get_or("Ebs.VolumeId", "");
    TRY_VOID(mapping.finish());
    TRY_VOID(set_delete_on_termination(call, instance, {device, volume_id, delete_it}));
  }
  return {};
}

Result<void> change_type(Json& instance, const std::string& type) {
  const Json* found = instance_type(type);
  if (found == nullptr) {
    return refuse("InvalidInstanceAttributeValue", "Invalid instance type " + type);
  }
  if (found->at("processorInfo").at("supportedArchitectures")[0] != instance.at("architecture")) {
    return refuse("InvalidInstanceAttributeValue",
                  "The instance type " + type + " has another architecture than the instance");
  }
  instance["instanceType"] = type;
  instance["_vcpus"] = found->at("vCpuInfo").at("defaultVCpus");
  instance["_memory_mib"] = found->at("memoryInfo").at("sizeInMiB");
  return {};
}

Result<void> change_groups(Call& call, Json& instance, const std::vector<std::string>& groups) {
  TRY(Json set, group_set(call.world, call.region, {.subnet_id = {}, .group_ids = groups},
                          text(instance, "vpcId")));
  const std::string primary = text(instance.at("networkInterfaceSet").at(0), "networkInterfaceId");
  (*call.find("network-interface", primary))["groupSet"] = std::move(set);
  refresh_interfaces(call.world, call.region, instance);
  return {};
}

// The attributes that ModifyInstanceAttribute may change, one in a call.
struct Changes {
  std::vector<Params> mappings;
  std::vector<std::string> groups;
  std::map<std::string, std::string> values;
};

Result<Changes> read_changes(Params& params) {
  Changes changes;
  changes.mappings = params.structures("BlockDeviceMapping");
  changes.groups = params.list("GroupId");
  for (const char* name : {"UserData", "InstanceType", "EbsOptimized", "SourceDestCheck",
                           "DisableApiTermination", "InstanceInitiatedShutdownBehavior"}) {
    const std::string key = std::string(name) + ".Value";
    const auto value = params.get(key);
    if (!value) continue;
    const bool is_flag =
        std::string_view("EbsOptimized SourceDestCheck DisableApiTermination").find(name) !=
        std::string_view::npos;
    if (is_flag) TRY_VOID(params.flag(key, false));
    changes.values[name] = *value;
  }
  const std::size_t given =
      changes.values.size() + (changes.mappings.empty() ? 0 : 1) + (changes.groups.empty() ? 0 : 1);
  if (given == 1) return changes;
  return refuse("InvalidParameterCombination", "Fields for exactly one attribute are needed");
}

Result<void> change_value(Call& call, Json& instance, const std::string& name,
                          const std::string& value) {
  const bool stopped_only = name == "UserData" || name == "InstanceType" || name == "EbsOptimized";
  if (stopped_only && state_name(instance) != "stopped") {
    return refuse("IncorrectInstanceState", "The instance '" + text(instance, "instanceId") +
                                                "' is not in the 'stopped' state.");
  }
  if (name == "InstanceType") return change_type(instance, value);
  if (name == "EbsOptimized") instance["ebsOptimized"] = value == "true";
  if (name == "DisableApiTermination") instance["_termination_disabled"] = value == "true";
  if (name == "UserData") {
    TRY_VOID(check_user_data(value));
    instance["_user_data"] = value;
  }
  if (name == "InstanceInitiatedShutdownBehavior") {
    if (value != "stop" && value != "terminate") {
      return refuse("InvalidParameterValue", "Value (" + value + ") is invalid");
    }
    instance["_shutdown_behavior"] = value;
  }
  if (name == "SourceDestCheck" && !instance.at("networkInterfaceSet").empty()) {
    const std::string primary = text(instance.at("networkInterfaceSet")[0], "networkInterfaceId");
    (*call.find("network-interface", primary))["sourceDestCheck"] = value == "true";
    refresh_interfaces(call.world, call.region, instance);
  }
  return {};
}

Result<Json> modify_instance_attribute(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  TRY(Changes changes, read_changes(call.params));
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, {id}));
  Json& instance = *instances[0];
  if (state_name(instance) == "terminated") {
    return refuse("IncorrectInstanceState", "The instance '" + id + "' is terminated.");
  }
  TRY_VOID(change_disks(call, instance, changes.mappings));
  if (!changes.groups.empty()) TRY_VOID(change_groups(call, instance, changes.groups));
  for (const auto& [name, value] : changes.values) {
    TRY_VOID(change_value(call, instance, name, value));
  }
  return Json{{"return", true}};
}

Result<Json> get_console_output(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  // Here the console never lags, so that the latest is what there is anyway.
  TRY_VOID(call.params.flag("Latest", false));
  TRY_VOID(call.finish());
  TRY_VOID(need_instances(call, {id}));
  return Json{{"instanceId", id},
              {"timestamp", call.world.timestamp()},
              {"output", base64_encode(call.world.bodies().console(id))}};
}

Result<Json> describe_instance_types(Call& call) {
  static const FilterPaths kPaths{
      {"instance-type", "instanceType"},
      {"current-generation", "currentGeneration"},
      {"bare-metal", "bareMetal"},
      {"hypervisor", "hypervisor"},
      {"vcpu-info.default-vcpus", "vCpuInfo/defaultVCpus"},
      {"memory-info.size-in-mib", "memoryInfo/sizeInMiB"},
      {"supported-usage-class", "supportedUsageClasses/*"},
      {"processor-info.supported-architecture", "processorInfo/supportedArchitectures/*"}};
  const auto names = call.params.list("InstanceType");
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, !names.empty(), {5, 100}));
  TRY_VOID(call.finish());
  Json set = Json::array();
  for (const std::string& name : names) {
    if (instance_type(name) == nullptr) {
      return refuse("InvalidInstanceType",
                    "The following supplied instance types do not exist: [" + name + "]");
    }
  }
  for (const auto& [name, type] : instance_types()) {
    const bool named = names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    if (named && filters.match(type)) set.push_back(type);
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"instanceTypeSet", std::move(set)}}, next);
}

}  // namespace

void add_instance_actions(Actions& actions) {
  actions.insert({{"RunInstances", run_instances},
                  {"DescribeInstances", describe_instances},
                  {"TerminateInstances", terminate_instances},
                  {"StopInstances", stop_instances},
                  {"StartInstances", start_instances},
                  {"RebootInstances", reboot_instances},
                  {"DescribeInstanceStatus", describe_instance_status},
                  {"DescribeInstanceAttribute", describe_instance_attribute},
                  {"ModifyInstanceAttribute", modify_instance_attribute},
                  {"GetConsoleOutput", get_console_output},
                  {"DescribeInstanceTypes", describe_instance_types}});
}

}  // namespace ec2spotter::sim
