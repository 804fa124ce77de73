// DescribeInstanceAttribute and ModifyInstanceAttribute.
#include <map>

#include "sim/core/call/call.hpp"
#include "sim/core/call/launch_spec.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Result<Json> describe_instance_attribute(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  TRY(const std::string attribute, call.params.need("Attribute"));
  TRY_VOID(call.finish());
  TRY(const Json* found_instance, need_instance(call, id));
  const Json& instance = *found_instance;
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
  const std::string boot_mode = boot_mode_on(*found, text(instance, "bootMode"));
  if (boot_mode.empty()) {
    return refuse("InvalidInstanceAttributeValue",
                  "The instance type " + type + " lacks the boot mode of the instance's image");
  }
  instance["currentInstanceBootMode"] = boot_mode;
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
  TRY(Json * found, need_instance(call, id));
  Json& instance = *found;
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

}  // namespace

void add_instance_attribute_actions(Actions& actions) {
  actions.insert({{"DescribeInstanceAttribute", describe_instance_attribute},
                  {"ModifyInstanceAttribute", modify_instance_attribute}});
}

}  // namespace ec2spotter::sim
