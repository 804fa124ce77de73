// DescribeInstanceStatus.
#include "sim/core/call/call.hpp"
#include "sim/core/state/instance_state.hpp"

namespace ec2spotter::sim {
namespace {

Json status_json(const Json& instance) {
  Json entry{{"instanceId", text(instance, "instanceId")},
             {"availabilityZone", text(instance.at("placement"), "availabilityZone")},
             {"availabilityZoneId", text(instance.at("placement"), "availabilityZoneId")},
             {"instanceState", instance.at("instanceState")},
             {"eventsSet", instance.value("_events", Json::array())}};
  const bool running = state_name(instance) == "running" && instance.contains("_checks");
  const Json none{{"status", "not-applicable"}, {"details", Json::array()}};
  for (const auto& [check, member] : {std::pair{"instance", "instanceStatus"},
                                      {"system", "systemStatus"},
                                      {"ebs", "attachedEbsStatus"}}) {
    entry[member] = running ? instance.at("_checks").at(check) : none;
  }
  return entry;
}

const FilterPaths& status_filters() {
  static const FilterPaths kPaths{
      {"availability-zone", "availabilityZone"},
      {"availability-zone-id", "availabilityZoneId"},
      {"event.code", "eventsSet/*/code"},
      {"event.description", "eventsSet/*/description"},
      {"event.instance-event-id", "eventsSet/*/instanceEventId"},
      {"event.not-before", "eventsSet/*/notBefore"},
      {"instance-state-code", "instanceState/code"},
      {"instance-state-name", "instanceState/name"},
      {"instance-status.status", "instanceStatus/status"},
      {"instance-status.reachability", "instanceStatus/details/*/status"},
      {"system-status.status", "systemStatus/status"},
      {"system-status.reachability", "systemStatus/details/*/status"},
      {"attached-ebs-status.status", "attachedEbsStatus/status"}};
  return kPaths;
}

Result<Json> describe_instance_status(Call& call) {
  const auto ids = call.params.list("InstanceId");
  TRY(const bool all, call.params.flag("IncludeAllInstances", false));
  TRY(const Filters filters, read_filters(call.params, status_filters(), Tagged::no));
  TRY(const Paging paging, read_paging(call.params, !ids.empty(), {}));
  TRY_VOID(call.finish());
  std::vector<const Json*> instances;
  for (const std::string& id : ids) {
    TRY(const Json* named, need_instance(call, id));
    instances.push_back(named);
  }
  if (ids.empty()) {
    for (const auto& [id, instance] : call.table("instance")) instances.push_back(&instance);
  }
  Json set = Json::array();
  for (const Json* instance : instances) {
    if (!all && state_name(*instance) != "running") continue;
    Json entry = status_json(*instance);
    if (filters.match(entry)) set.push_back(std::move(entry));
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"instanceStatusSet", std::move(set)}}, next);
}

}  // namespace

void add_instance_status_actions(Actions& actions) {
  actions.insert({{"DescribeInstanceStatus", describe_instance_status}});
}

}  // namespace ec2spotter::sim
