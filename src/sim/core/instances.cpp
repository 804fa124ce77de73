// Instances after their launch.
#include <algorithm>

#include "base/base64.hpp"
#include "sim/core/call.hpp"
#include "sim/core/life.hpp"
#include "sim/core/run_instances.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

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
      {"reservation-id", "_reservation"}};
  return kPaths;
}

Result<Json> describe_instances(Call& call) {
  TRY(Json reply, describe(call, {.kind = "instance",
                                  .id_parameter = "InstanceId",
                                  .not_found = "InvalidInstanceID.NotFound",
                                  .set = "instancesSet",
                                  .filters = &instance_filters()}));
  Json reservations = Json::array();
  for (Json& instance : reply["instancesSet"]) {
    reservations.push_back({{"reservationId", text(instance, "_reservation")},
                            {"ownerId", kAccount},
                            {"groupSet", Json::array()},
                            {"instancesSet", Json::array({std::move(instance)})}});
  }
  reply.erase("instancesSet");
  reply["reservationSet"] = std::move(reservations);
  return reply;
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

template <class Change>
Result<Json> change_states(Call& call, const std::vector<std::string>& ids, Change apply_to) {
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, ids));
  Json set = Json::array();
  for (Json* instance : instances) {
    const Json before = instance->at("instanceState");
    TRY_VOID(apply_to(*instance));
    set.push_back(change(text(*instance, "instanceId"), before, instance->at("instanceState")));
  }
  return Json{{"instancesSet", std::move(set)}};
}

Result<Json> terminate_instances(Call& call) {
  const auto ids = call.params.list("InstanceId");
  TRY(const bool force, call.params.flag("Force", false));
  TRY(const bool skip, call.params.flag("SkipOsShutdown", false));
  static_cast<void>(force && skip);
  return change_states(call, ids, [&](Json& instance) -> Result<void> {
    begin_termination(call.world, call.region, instance, "Client.UserInitiatedShutdown",
                      "Client.UserInitiatedShutdown: User initiated shutdown");
    return {};
  });
}

Result<Json> stop_instances(Call& call) {
  const auto ids = call.params.list("InstanceId");
  TRY(const bool force, call.params.flag("Force", false));
  TRY(const bool hibernate, call.params.flag("Hibernate", false));
  static_cast<void>(force && hibernate);
  return change_states(call, ids, [&](Json& instance) -> Result<void> {
    const Json* request = spot_request_of(call.world, call.region, instance);
    if (request != nullptr && text(*request, "type") == "one-time") {
      return refuse("UnsupportedOperation", "You can't stop the Spot Instance '" +
                                                text(instance, "instanceId") +
                                                "' because it is associated with a one-time Spot "
                                                "Instance request.");
    }
    begin_stop(call.world, call.region, instance, "Client.UserInitiatedShutdown",
               "Client.UserInitiatedShutdown: User initiated shutdown");
    return {};
  });
}

Result<Json> start_instances(Call& call) {
  const auto ids = call.params.list("InstanceId");
  return change_states(call, ids, [&](Json& instance) -> Result<void> {
    const std::string id = text(instance, "instanceId");
    if (state_name(instance) == "running" || state_name(instance) == "pending") return {};
    if (state_name(instance) != "stopped") {
      return refuse("IncorrectInstanceState",
                    "The instance '" + id + "' is not in a state from which it can be started.");
    }
    set_state(instance, "pending");
    instance.erase("stateReason");
    if (Json* request = spot_request_of(call.world, call.region, instance)) {
      set_request_status(call.world, *request, "active", "fulfilled", "");
    }
    call.world.schedule(call.world.work(std::chrono::seconds(5)),
                        {{"kind", "instance_running"}, {"region", call.region}, {"id", id}});
    return {};
  });
}

Result<Json> reboot_instances(Call& call) {
  const auto ids = call.params.list("InstanceId");
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, ids));
  for (const Json* instance : instances) {
    if (state_name(*instance) != "running") {
      return refuse("IncorrectInstanceState", "The instance '" + text(*instance, "instanceId") +
                                                  "' is not in the 'running' state.");
    }
  }
  for (const std::string& id : ids) call.world.bodies().reboot(id);
  return Json{{"return", true}};
}

Result<Json> describe_instance_status(Call& call) {
  const auto ids = call.params.list("InstanceId");
  TRY(const bool all, call.params.flag("IncludeAllInstances", false));
  TRY(const Filters filters, read_filters(call.params, instance_filters()));
  TRY(const Paging paging, read_paging(call.params, !ids.empty()));
  TRY_VOID(call.finish());
  std::vector<Json*> instances;
  if (ids.empty()) {
    for (auto& [id, instance] : call.table("instance")) instances.push_back(&instance);
  } else {
    TRY(instances, need_instances(call, ids));
  }
  Json set = Json::array();
  for (const Json* instance : instances) {
    const bool running = state_name(*instance) == "running";
    if ((!running && !all) || !filters.match(*instance)) continue;
    const Json summary{
        {"status", running ? "ok" : "not-applicable"},
        {"details", running ? Json::array({{{"name", "reachability"}, {"status", "passed"}}})
                            : Json::array()}};
    set.push_back({{"instanceId", text(*instance, "instanceId")},
                   {"availabilityZone", text(instance->at("placement"), "availabilityZone")},
                   {"instanceState", instance->at("instanceState")},
                   {"instanceStatus", summary},
                   {"systemStatus", summary}});
  }
  const std::string next = take_page(set, paging);
  Json reply{{"instanceStatusSet", std::move(set)}};
  if (!next.empty()) reply["nextToken"] = next;
  return reply;
}

Result<Json> describe_instance_attribute(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  TRY(const std::string attribute, call.params.need("Attribute"));
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, {id}));
  const Json& instance = *instances[0];
  Json reply{{"instanceId", id}};
  const auto value = [&](Json v) { reply[attribute] = {{"value", std::move(v)}}; };
  if (attribute == "instanceType")
    value(instance.at("instanceType"));
  else if (attribute == "rootDeviceName")
    value(instance.at("rootDeviceName"));
  else if (attribute == "userData")
    value(instance.at("_user_data"));
  else if (attribute == "instanceInitiatedShutdownBehavior")
    value(instance.at("_shutdown_behavior"));
  else if (attribute == "disableApiTermination")
    value(false);
  else if (attribute == "sourceDestCheck")
    value(instance.at("sourceDestCheck"));
  else if (attribute == "ebsOptimized")
    value(false);
  else if (attribute == "blockDeviceMapping")
    reply[attribute] = instance.at("blockDeviceMapping");
  else if (attribute == "groupSet")
    reply[attribute] = instance.at("groupSet");
  else
    return refuse("InvalidParameterValue",
                  "Value (" + attribute + ") for parameter attribute is invalid");
  return reply;
}

Result<void> set_delete_on_termination(Call& call, Json& instance, const std::string& device,
                                       bool value) {
  for (Json& mapping : instance.at("blockDeviceMapping")) {
    if (text(mapping, "deviceName") != device) continue;
    mapping["ebs"]["deleteOnTermination"] = value;
    Json* volume = call.find("volume", text(mapping.at("ebs"), "volumeId"));
    if (volume != nullptr) volume->at("attachmentSet")[0]["deleteOnTermination"] = value;
    return {};
  }
  return refuse("InvalidInstanceAttributeValue", "No device is currently mapped at " + device);
}

Result<Json> modify_instance_attribute(Call& call) {
  Params& params = call.params;
  TRY(const std::string id, params.need("InstanceId"));
  auto mappings = params.structures("BlockDeviceMapping");
  const auto behavior = params.get("InstanceInitiatedShutdownBehavior.Value");
  const auto user_data = params.get("UserData.Value");
  TRY(const bool check, params.flag("SourceDestCheck.Value", true));
  static_cast<void>(params.get("DisableApiTermination.Value"));
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, {id}));
  Json& instance = *instances[0];
  for (Params& mapping : mappings) {
    TRY(const std::string device, mapping.need("DeviceName"));
    // EC2's documented default is true.
    TRY(const bool delete_it, mapping.flag("Ebs.DeleteOnTermination", true));
    static_cast<void>(mapping.get("Ebs.VolumeId"));
    TRY_VOID(mapping.finish());
    TRY_VOID(set_delete_on_termination(call, instance, device, delete_it));
  }
  if (user_data && state_name(instance) != "stopped") {
    return refuse("IncorrectInstanceState", "The instance '" + id + "' is not stopped.");
  }
  if (behavior) instance["_shutdown_behavior"] = *behavior;
  if (user_data) instance["_user_data"] = *user_data;
  instance["sourceDestCheck"] = check;
  return Json{{"return", true}};
}

Result<Json> get_console_output(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  TRY(const bool latest, call.params.flag("Latest", false));
  static_cast<void>(latest);
  TRY_VOID(call.finish());
  TRY(const auto instances, need_instances(call, {id}));
  static_cast<void>(instances);
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
  TRY(const Paging paging, read_paging(call.params, !names.empty()));
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
  const std::string next = take_page(set, paging);
  Json reply{{"instanceTypeSet", std::move(set)}};
  if (!next.empty()) reply["nextToken"] = next;
  return reply;
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
