// Instances after their launch.
#include <algorithm>

#include "base/base64.hpp"
#include "sim/core/actions/run_instances.hpp"
#include "sim/core/call/call.hpp"
#include "sim/core/life/endings.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/life/status_checks.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/state/instance_state.hpp"
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
      {"boot-mode", "bootMode"},
      {"current-instance-boot-mode", "currentInstanceBootMode"},
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
    TRY(Json * instance, need_instance(call, id));
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
  // The guest is asked in both cases; on EC2 only the time that it gets differs.
  for (const char* name : {"Force", "SkipOsShutdown"}) TRY_VOID(call.params.flag(name, false));
  TRY(const auto instances, checked(call, check_terminable));
  return change_states(instances, [&](Json& instance) -> Result<void> {
    begin_termination(call.world, call.region, instance, Cause::user);
    return {};
  });
}

// While a root is replaced, and when that has left none, there is no guest to stop or restart.
Result<void> check_has_root(Call& call, const Json& instance) {
  const std::string id = text(instance, "instanceId");
  const bool without = state_name(instance) == "running" && !has_power(instance);
  if (!without && root_task_of(call.world, call.region, id) == nullptr) return {};
  return refuse("IncorrectInstanceState",
                "The root volume of the instance '" + id + "' is being replaced, or is missing.");
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
  return check_has_root(call, instance);
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

Result<void> check_running(Call& call, const Json& instance) {
  if (state_name(instance) == "running") return check_has_root(call, instance);
  return refuse("IncorrectInstanceState", "The instance '" + text(instance, "instanceId") +
                                              "' is not in the 'running' state.");
}

Result<Json> reboot_instances(Call& call) {
  TRY(const auto instances, checked(call, check_running));
  for (Json* instance : instances) restart_guest(call.world, call.region, *instance);
  return Json{{"return", true}};
}

Result<Json> get_console_output(Call& call) {
  TRY(const std::string id, call.params.need("InstanceId"));
  // The console never lags here, so the latest output is always the same.
  TRY_VOID(call.params.flag("Latest", false));
  TRY_VOID(call.finish());
  TRY_VOID(need_instance(call, id));
  return Json{{"instanceId", id},
              {"timestamp", call.world.timestamp()},
              {"output", base64_encode(call.world.bodies().console(id))}};
}

}  // namespace

void add_instance_actions(Actions& actions) {
  actions.insert({{"RunInstances", run_instances},
                  {"DescribeInstances", describe_instances},
                  {"TerminateInstances", terminate_instances},
                  {"StopInstances", stop_instances},
                  {"StartInstances", start_instances},
                  {"RebootInstances", reboot_instances},
                  {"GetConsoleOutput", get_console_output}});
}

}  // namespace ec2spotter::sim
