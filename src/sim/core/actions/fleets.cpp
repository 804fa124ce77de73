// The actions of EC2 Fleets.
#include "sim/core/life/fleets.hpp"

#include "sim/core/call/call.hpp"
#include "sim/core/call/launch_spec.hpp"
#include "sim/core/call/param_tree.hpp"
#include "sim/core/life/endings.hpp"
#include "sim/core/life/fleet_pools.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/resources/templates.hpp"
#include "sim/core/services/linked_roles.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kInstantDeletesMost = 25;

// A whole number from the text of a positive decimal, which is how weights come.
Result<double> read_positive(Params& params, const std::string& name, double fallback) {
  const auto value = params.get(name);
  if (!value) return fallback;
  char* end = nullptr;
  const double number = std::strtod(value->c_str(), &end);
  if (value->empty() || *end != '\0' || !(number >= 0) || number > 1e6) {
    return refuse("InvalidParameterValue",
                  "Value (" + *value + ") for parameter " + name + " is invalid.");
  }
  return number;
}

// What an override changes in the template's launch.
ParamMap override_params(Params& given) {
  ParamMap own;
  for (const char* name : {"InstanceType", "SubnetId", "ImageId"}) {
    if (const auto value = given.get(name)) own[name] = *value;
  }
  if (const auto zone = given.get("AvailabilityZone")) own["Placement.AvailabilityZone"] = *zone;
  if (const auto zone = given.get("AvailabilityZoneId")) {
    own["Placement.AvailabilityZoneId"] = *zone;
  }
  for (const auto& [name, value] : given.all()) {
    if (name.starts_with("BlockDeviceMapping.")) own[name] = *given.get(name);
  }
  return own;
}

Result<Json> read_pool(Call& call, const Template& base, Params& given) {
  const ParamMap all = given.all();
  const ParamMap params = overlay(base.data, override_params(given));
  Json pool{{"params", params},
            {"template", {{"launchTemplateId", base.id}, {"version", base.version}}},
            {"overrides", shown_parameters(all)}};
  TRY(const double weight, read_positive(given, "WeightedCapacity", 1));
  TRY(pool["priority"], read_positive(given, "Priority", 0));
  pool["weight"] = weight > 0 ? weight : 1.0;
  if (const auto price = given.get("MaxPrice")) {
    TRY(pool["max_price"], read_price("MaxPrice", *price));
  }
  TRY_VOID(given.finish());
  Params copy(params);
  TRY(LaunchSpec spec, read_launch_spec(copy));
  TRY_VOID(read_launch_extras(copy, spec));
  TRY_VOID(copy.finish());
  if (spec.spot != SpotKind::none) {
    return refuse("InvalidParameterCombination",
                  "A launch template with InstanceMarketOptions cannot be used by a fleet");
  }
  pool["type"] = spec.instance_type;
  pool["zone"] = zone_of(call.world, call.region, spec.zone, spec.zone_id);
  if (const Json* subnet = call.find("subnet", spec.subnet_id)) {
    pool["zone"] = text(*subnet, "availabilityZone");
  }
  return pool;
}

// LaunchTemplateConfigs.N: the pools, and the configs as Describe shows them.
Result<void> read_configs(Call& call, Json& fleet) {
  fleet["_pools"] = Json::array();
  fleet["launchTemplateConfigs"] = Json::array();
  for (Params& config : call.params.structures("LaunchTemplateConfigs")) {
    Params named = config.structure("LaunchTemplateSpecification");
    TRY(const Template base, read_template(call.world, call.region, named));
    TRY_VOID(named.finish());
    auto overrides = config.structures("Overrides");
    TRY_VOID(config.finish());
    if (overrides.empty()) overrides.emplace_back(ParamMap{});
    Json shown = Json::array();
    for (Params& each : overrides) {
      TRY(Json pool, read_pool(call, base, each));
      if (!pool.at("overrides").empty()) shown.push_back(pool.at("overrides"));
      fleet["_pools"].push_back(std::move(pool));
    }
    fleet["launchTemplateConfigs"].push_back(
        {{"launchTemplateSpecification",
          {{"launchTemplateId", base.id}, {"version", base.version}}},
         {"overrides", std::move(shown)}});
  }
  if (!fleet["_pools"].empty()) return {};
  return refuse("MissingParameter", "The request must contain LaunchTemplateConfigs");
}

Result<void> read_target(Call& call, Json& fleet) {
  Params target = call.params.structure("TargetCapacitySpecification");
  TRY(const std::string given, target.need("TotalTargetCapacity"));
  TRY(const auto total, target.number("TotalTargetCapacity"));
  TRY(const auto spot, target.number("SpotTargetCapacity"));
  TRY(const auto on_demand, target.number("OnDemandTargetCapacity"));
  TRY(const std::string by_default,
      one_of(target, "DefaultTargetCapacityType", "spot", {"on-demand"}));
  TRY(const std::string unit, one_of(target, "TargetCapacityUnitType", "units", {}));
  TRY_VOID(target.finish());
  const long rest = *total - spot.value_or(0) - on_demand.value_or(0);
  if (*total < 0 || *total > 10000 || rest < 0 || spot.value_or(0) < 0 ||
      on_demand.value_or(0) < 0) {
    return refuse("InvalidTargetCapacitySpecification", "The target capacities do not add up");
  }
  const bool rest_is_spot = by_default == "spot";
  fleet["targetCapacitySpecification"] = {
      {"totalTargetCapacity", *total},
      {"spotTargetCapacity", spot.value_or(0) + (rest_is_spot ? rest : 0)},
      {"onDemandTargetCapacity", on_demand.value_or(0) + (rest_is_spot ? 0 : rest)},
      {"defaultTargetCapacityType", by_default}};
  return {};
}

// Empty: the fleet does nothing about instances at risk.
Result<Json> read_capacity_rebalance(Params& options) {
  Params given = options.structure("MaintenanceStrategies.CapacityRebalance");
  TRY(const std::string strategy,
      one_of(given, "ReplacementStrategy", "", {"launch", "launch-before-terminate"}));
  TRY(const auto delay, given.number("TerminationDelay"));
  TRY_VOID(given.finish());
  if (strategy.empty() && !delay) return Json::object();
  const bool ends = strategy == "launch-before-terminate";
  if (ends != delay.has_value() || (delay && (*delay < 120 || *delay > 7200))) {
    return refuse("InvalidParameterValue",
                  "TerminationDelay goes with launch-before-terminate, and is 120 to 7200 seconds");
  }
  Json rebalance{{"replacementStrategy", strategy}};
  if (delay) rebalance["terminationDelay"] = *delay;
  return rebalance;
}

Result<void> read_spot_options(Call& call, Json& fleet) {
  Params options = call.params.structure("SpotOptions");
  TRY(const std::string strategy,
      one_of(options, "AllocationStrategy", "lowest-price",
             {"diversified", "capacity-optimized", "capacity-optimized-prioritized",
              "price-capacity-optimized"}));
  TRY(const std::string behavior, one_of(options, "InstanceInterruptionBehavior", "terminate", {}));
  TRY(Json rebalance, read_capacity_rebalance(options));
  TRY(const auto min, options.number("MinTargetCapacity"));
  TRY_VOID(options.finish());
  fleet["spotOptions"] = {{"allocationStrategy", strategy},
                          {"instanceInterruptionBehavior", behavior}};
  if (min) fleet["spotOptions"]["minTargetCapacity"] = *min;
  if (!rebalance.empty()) {
    fleet["spotOptions"]["maintenanceStrategies"] = {{"capacityRebalance", std::move(rebalance)}};
  }
  Params on_demand = call.params.structure("OnDemandOptions");
  TRY(const std::string order,
      one_of(on_demand, "AllocationStrategy", "lowest-price", {"prioritized"}));
  fleet["onDemandOptions"] = {{"allocationStrategy", order}};
  return on_demand.finish();
}

Result<Json> read_fleet(Call& call) {
  Json fleet{{"fleetState", "active"}, {"activityStatus", "pending_fulfillment"}};
  TRY(const std::string type, one_of(call.params, "Type", "maintain", {"instant"}));
  TRY(const std::string policy,
      one_of(call.params, "ExcessCapacityTerminationPolicy", "termination", {"no-termination"}));
  TRY(const bool unhealthy, call.params.flag("ReplaceUnhealthyInstances", false));
  TRY(auto tags, read_tag_specifications(call.params, {"fleet", "instance"}));
  if (tags.contains("instance") && type != "instant") {
    return refuse("InvalidParameterCombination",
                  "Instances of a fleet that is not instant are tagged by the launch template");
  }
  TRY_VOID(read_configs(call, fleet));
  TRY_VOID(read_target(call, fleet));
  TRY_VOID(read_spot_options(call, fleet));
  fleet["type"] = type;
  fleet["excessCapacityTerminationPolicy"] = policy;
  fleet["replaceUnhealthyInstances"] = unhealthy;
  fleet["terminateInstancesWithExpiration"] = false;
  fleet["fulfilledCapacity"] = 0.0;
  fleet["fulfilledOnDemandCapacity"] = 0.0;
  fleet["tagSet"] = tags.contains("fleet") ? tags["fleet"] : Json::array();
  fleet["_instance_tags"] = tags.contains("instance") ? tags["instance"] : Json::array();
  return fleet;
}

// An instant fleet below its minimum capacity keeps no instance.
void enforce_least(Call& call, Json& fleet) {
  const double min = fleet.at("spotOptions").value("minTargetCapacity", 0.0);
  if (fleet.at("fulfilledCapacity").get<double>() >= min) return;
  std::vector<std::string> ids;
  for (const Json* instance : fleet_instances(call.world, call.region, text(fleet, "fleetId"))) {
    ids.push_back(text(*instance, "instanceId"));
  }
  for (const std::string& id : ids) discard_instance(call.world, call.region, id);
  fleet["fleetInstanceSet"] = Json::array();
  fleet["fulfilledCapacity"] = 0.0;
}

Result<Json> create_fleet(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  const std::string token = call.params.get_or("ClientToken", "");
  TRY(Json fleet, read_fleet(call));
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  need_linked_role(call.world, kFleetService);
  const std::string id = "fleet-" + call.world.new_uuid();
  fleet["fleetId"] = id;
  fleet["createTime"] = call.world.timestamp();
  const std::chrono::seconds hidden(call.world.settings().value("delay/fleets", 0L));
  fleet["_shown_from"] = format_iso8601(call.world.now() + hidden, Fraction::milliseconds);
  if (hidden > Duration::zero()) {
    call.world.schedule(hidden, {{"kind", "fleet_shown"}, {"region", call.region}});
  }
  if (!token.empty()) fleet["clientToken"] = token;
  Json& kept = call.put("fleet", id) = std::move(fleet);
  Json reply{{"fleetId", id}};
  if (text(kept, "type") == "instant") {
    launch_missing(call.world, call.region, kept);
    enforce_least(call, kept);
    reply["errorSet"] = kept.at("errorSet");
    reply["fleetInstanceSet"] = kept.at("fleetInstanceSet");
  } else {
    call.world.schedule(call.world.work(std::chrono::seconds(3)),
                        {{"kind", "fill_fleet"}, {"region", call.region}, {"id", id}});
  }
  remember_token(call, fingerprint, token, reply);
  return reply;
}

Result<Json> describe_fleets(Call& call) {
  static const FilterPaths kPaths{
      {"activity-status", "activityStatus"},
      {"excess-capacity-termination-policy", "excessCapacityTerminationPolicy"},
      {"fleet-state", "fleetState"},
      {"replace-unhealthy-instances", "replaceUnhealthyInstances"},
      {"type", "type"}};
  TRY(const Selection found, select(call, {.kind = "fleet",
                                           .id_parameter = "FleetId",
                                           .not_found = "InvalidFleetId.NotFound",
                                           .set = "fleetSet",
                                           .filters = &kPaths,
                                           .page = {1, 1000}}));
  Json set = Json::array();
  for (const Json* fleet : found.resources) {
    const auto from = parse_iso8601(text(*fleet, "_shown_from"));
    if (!from || *from <= call.world.now()) {
      set.push_back(as_xml(call.world.rendering_of(*fleet)));
    }
  }
  return with_next({{"fleetSet", std::move(set)}}, found.next);
}

Result<Json> describe_fleet_instances(Call& call) {
  static const FilterPaths kPaths{{"instance-type", "instanceType"}};
  TRY(const std::string id, call.params.need("FleetId"));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, false, {1, 1000}));
  TRY_VOID(call.finish());
  TRY(const Json* fleet, need(call, "fleet", "InvalidFleetId.NotFound", id));
  if (text(*fleet, "type") == "instant") {
    return refuse("UnsupportedOperation", "Instances of an instant fleet are in DescribeFleets");
  }
  Json set = Json::array();
  for (const Json* instance : fleet_instances(call.world, call.region, id)) {
    const std::string state = state_name(*instance);
    if ((state != "pending" && state != "running") || !filters.match(*instance)) continue;
    Json entry{{"instanceId", instance->at("instanceId")},
               {"instanceType", instance->at("instanceType")},
               {"instanceHealth", "healthy"}};
    if (instance->contains("spotInstanceRequestId")) {
      entry["spotInstanceRequestId"] = instance->at("spotInstanceRequestId");
    }
    set.push_back(std::move(entry));
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"fleetId", id}, {"activeInstanceSet", std::move(set)}}, next);
}

Json delete_one(Call& call, Json& fleet, bool terminate) {
  Json entry{{"fleetId", fleet.at("fleetId")}, {"previousFleetState", fleet.at("fleetState")}};
  fleet["fleetState"] = terminate ? "deleted_terminating" : "deleted_running";
  bool any_live = false;
  for (Json* instance : fleet_instances(call.world, call.region, text(fleet, "fleetId"))) {
    if (state_name(*instance) == "terminated") continue;
    any_live = true;
    if (terminate) begin_termination(call.world, call.region, *instance, Cause::user);
  }
  if (!any_live) fleet["fleetState"] = "deleted";
  entry["currentFleetState"] = fleet.at("fleetState");
  return entry;
}

Result<Json> delete_fleets(Call& call) {
  const auto ids = call.params.list("FleetId");
  TRY(const std::string given, call.params.need("TerminateInstances"));
  TRY(const bool terminate, call.params.flag("TerminateInstances", true));
  TRY_VOID(call.finish());
  if (ids.empty()) return refuse("MissingParameter", "The request must contain FleetId");
  Json deleted = Json::array();
  Json kept = Json::array();
  const auto refuse_one = [&](const std::string& id, const char* code, const char* message) {
    kept.push_back({{"fleetId", id}, {"error", {{"code", code}, {"message", message}}}});
  };
  for (const std::string& id : ids) {
    Json* fleet = call.find("fleet", id);
    const bool instant = fleet != nullptr && text(*fleet, "type") == "instant";
    if (fleet == nullptr) {
      refuse_one(id, "fleetIdDoesNotExist", "The fleet does not exist");
    } else if (text(*fleet, "fleetState") != "active") {
      refuse_one(id, "fleetNotInDeletableState", "The fleet is deleted already");
    } else if (instant && (!terminate || ids.size() > kInstantDeletesMost)) {
      refuse_one(id, "unexpectedError",
                 "Instant fleets are deleted with their instances, 25 in one call");
    } else {
      deleted.push_back(delete_one(call, *fleet, terminate));
    }
  }
  return Json{{"successfulFleetDeletionSet", std::move(deleted)},
              {"unsuccessfulFleetDeletionSet", std::move(kept)}};
}

}  // namespace

void add_fleet_actions(Actions& actions) {
  actions.insert({{"CreateFleet", create_fleet},
                  {"DescribeFleets", describe_fleets},
                  {"DescribeFleetInstances", describe_fleet_instances},
                  {"DeleteFleets", delete_fleets}});
}

}  // namespace ec2spotter::sim
