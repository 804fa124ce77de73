// What a fleet launches, and when.
#include "sim/core/life/fleets.hpp"

#include <algorithm>

#include "sim/core/life/fleet_pools.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

// The time after which a fleet looks again, in every profile: otherwise a launch that always fails
// would keep time from passing.
constexpr Duration kRefillAfter = 10s;

struct Ranked {
  const Json* pool;
  double rank;
};

double pool_price(World& world, const Json& pool, const std::string& zone) {
  return spot_price(world, text(pool, "type"), zone) / pool.at("weight").get<double>();
}

// The lower the better; pools of one rank keep the order in which they were given.
double rank_of(World& world, const std::string& strategy, const Json& pool) {
  const std::string zone = text(pool, "zone");
  const long left = capacity_left(world, {text(pool, "type"), zone, "spot"});
  const double scarcity = left < 0 ? 0 : 1.0 / static_cast<double>(left + 1);
  if (strategy == "capacity-optimized") return scarcity;
  if (strategy == "capacity-optimized-prioritized" || strategy == "prioritized") {
    return pool.at("priority").get<double>();
  }
  const double price = zone.empty() ? 0 : pool_price(world, pool, zone);
  return strategy == "price-capacity-optimized" ? price * (1 + scarcity) : price;
}

std::vector<Ranked> ranked_pools(World& world, const Json& fleet, bool spot) {
  const std::string strategy =
      text(fleet.at(spot ? "spotOptions" : "onDemandOptions"), "allocationStrategy");
  std::vector<Ranked> pools;
  for (const Json& pool : fleet.at("_pools")) {
    pools.push_back({&pool, rank_of(world, strategy, pool)});
  }
  std::stable_sort(pools.begin(), pools.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  return pools;
}

Json described_pool(const Json& pool) {
  return {{"launchTemplateSpecification", pool.at("template")},
          {"overrides", pool.at("overrides")}};
}

Result<std::string> launch_from(World& world, const std::string& region, const Json& fleet,
                                const Json& pool, bool spot) {
  Params params(pool.at("params").get<ParamMap>());
  TRY(LaunchSpec spec, read_launch_spec(params));
  TRY_VOID(read_launch_extras(params, spec));
  spec.spot = spot ? SpotKind::one_time : SpotKind::none;
  if (pool.contains("max_price") && spot) spec.max_price = pool.at("max_price").get<double>();
  spec.fleet_id = text(fleet, "fleetId");
  spec.template_id = text(pool.at("template"), "launchTemplateId");
  spec.template_version = text(pool.at("template"), "version");
  for (const Json& tag : fleet.at("_instance_tags")) {
    Json& set = spec.tags.try_emplace("instance", Json::array()).first->second;
    set.push_back(tag);
  }
  TRY(const auto ids, launch(world, region, spec));
  return ids.front();
}

// What the fleet does about instances at risk; null: it does nothing.
const Json* capacity_rebalance(const Json& fleet) {
  const Json::json_pointer at("/maintenanceStrategies/capacityRebalance");
  const Json& options = fleet.at("spotOptions");
  return options.contains(at) ? &options.at(at) : nullptr;
}

bool is_live(const Json& fleet, const Json& instance) {
  const std::string state = state_name(instance);
  const bool leaving = capacity_rebalance(fleet) != nullptr && instance.contains("_rebalance_at");
  return (state == "pending" || state == "running") && !leaving;
}

double live_capacity(World& world, const std::string& region, const Json& fleet, bool spot) {
  double capacity = 0;
  for (const Json* instance : fleet_instances(world, region, text(fleet, "fleetId"))) {
    const bool is_spot = text(*instance, "instanceLifecycle") == "spot";
    if (is_spot == spot && is_live(fleet, *instance)) {
      capacity += instance->value("_weight", 1.0);
    }
  }
  return capacity;
}

void note_launch(Json& fleet, const Json& pool, const Json& instance, bool spot) {
  fleet["fleetInstanceSet"].push_back({{"launchTemplateAndOverrides", described_pool(pool)},
                                       {"lifecycle", spot ? "spot" : "on-demand"},
                                       {"instanceIds", Json::array({instance.at("instanceId")})},
                                       {"instanceType", instance.at("instanceType")}});
}

// Launches until there are `wanted` instances, or no pool has capacity.
void fill_market(World& world, const std::string& region, Json& fleet, bool spot, double wanted) {
  double have = live_capacity(world, region, fleet, spot);
  for (const Ranked& ranked : ranked_pools(world, fleet, spot)) {
    const Json& pool = *ranked.pool;
    while (have < wanted) {
      const auto id = launch_from(world, region, fleet, pool, spot);
      if (!id) {
        fleet["errorSet"].push_back({{"launchTemplateAndOverrides", described_pool(pool)},
                                     {"lifecycle", spot ? "spot" : "on-demand"},
                                     {"errorCode", id.error().api_code},
                                     {"errorMessage", id.error().message}});
        break;
      }
      Json& instance = *world.find(region, "instance", *id);
      instance["_weight"] = pool.at("weight");
      have += pool.at("weight").get<double>();
      note_launch(fleet, pool, instance, spot);
    }
  }
}

// With launch-before-terminate, instances at risk end some time after their successors were
// launched.
void plan_ends(World& world, const std::string& region, const Json& fleet) {
  const Json* rebalance = capacity_rebalance(fleet);
  if (rebalance == nullptr || !rebalance->contains("terminationDelay")) return;
  for (Json* instance : fleet_instances(world, region, text(fleet, "fleetId"))) {
    if (!instance->contains("_rebalance_at") || instance->contains("_end_at_risk")) continue;
    (*instance)["_end_at_risk"] = true;
    world.schedule(
        std::chrono::seconds(rebalance->at("terminationDelay").get<long>()),
        {{"kind", "end_at_risk"}, {"region", region}, {"id", text(*instance, "instanceId")}});
  }
}

// Plans one next look, even if there are several reasons for it.
void plan_fill(World& world, const std::string& region, Json& fleet) {
  const auto planned = parse_iso8601(text(fleet, "_fill_at"));
  if (planned && *planned > world.now()) return;
  fleet["_fill_at"] = format_iso8601(world.now() + kRefillAfter, Fraction::milliseconds);
  world.schedule(kRefillAfter,
                 {{"kind", "fill_fleet"}, {"region", region}, {"id", text(fleet, "fleetId")}});
}

}  // namespace

std::vector<Json*> fleet_instances(World& world, const std::string& region,
                                   const std::string& fleet_id) {
  std::vector<Json*> found;
  for (const auto& [id, instance] : world.table(region, "instance")) {
    if (text(instance, "_fleet") == fleet_id) found.push_back(world.find(region, "instance", id));
  }
  return found;
}

bool launch_missing(World& world, const std::string& region, Json& fleet) {
  const Json& target = fleet.at("targetCapacitySpecification");
  const double spot = target.at("spotTargetCapacity").get<double>();
  const double on_demand = target.at("onDemandTargetCapacity").get<double>();
  fleet["errorSet"] = Json::array();
  fleet["fleetInstanceSet"] = Json::array();
  fill_market(world, region, fleet, false, on_demand);
  fill_market(world, region, fleet, true, spot);
  const double have_on_demand = live_capacity(world, region, fleet, false);
  const double have = have_on_demand + live_capacity(world, region, fleet, true);
  fleet["fulfilledCapacity"] = have;
  fleet["fulfilledOnDemandCapacity"] = have_on_demand;
  const bool full = have >= spot + on_demand;
  fleet["activityStatus"] = full ? "fulfilled" : "pending_fulfillment";
  return full;
}

void fill_fleet(World& world, const std::string& region, const std::string& fleet_id) {
  Json* fleet = world.find(region, "fleet", fleet_id);
  if (fleet == nullptr || text(*fleet, "fleetState") != "active" ||
      text(*fleet, "type") != "maintain") {
    return;
  }
  const bool full = launch_missing(world, region, *fleet);
  fleet->erase("fleetInstanceSet");
  if (full) fleet->erase("errorSet");
  if (full) plan_ends(world, region, *fleet);
  if (!full) plan_fill(world, region, *fleet);
}

void fleet_lost_instance(World& world, const std::string& region, const std::string& fleet_id) {
  Json* fleet = world.find(region, "fleet", fleet_id);
  if (fleet == nullptr) return;
  const std::string state = text(*fleet, "fleetState");
  if (state == "active" && text(*fleet, "type") == "maintain") plan_fill(world, region, *fleet);
  const auto instances = fleet_instances(world, region, fleet_id);
  const bool all_gone = std::all_of(instances.begin(), instances.end(), [](const Json* instance) {
    return state_name(*instance) == "terminated";
  });
  if (all_gone && state.starts_with("deleted")) (*fleet)["fleetState"] = "deleted";
  const double on_demand = live_capacity(world, region, *fleet, false);
  (*fleet)["fulfilledOnDemandCapacity"] = on_demand;
  (*fleet)["fulfilledCapacity"] = on_demand + live_capacity(world, region, *fleet, true);
}

}  // namespace ec2spotter::sim
