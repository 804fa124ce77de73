// Spot requests, prices and placement scores.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/core/call/call.hpp"
#include "sim/core/call/limits.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/life/spot_requests.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr long kRequestsMost = 3000;

const FilterPaths& request_filters() {
  static const FilterPaths kPaths{{"spot-instance-request-id", "spotInstanceRequestId"},
                                  {"instance-id", "instanceId"},
                                  {"state", "state"},
                                  {"status-code", "status/code"},
                                  {"status-message", "status/message"},
                                  {"type", "type"},
                                  {"create-time", "createTime"},
                                  {"spot-price", "spotPrice"},
                                  {"valid-until", "validUntil"},
                                  {"product-description", "productDescription"},
                                  {"launch.key-name", "launchSpecification/keyName"},
                                  {"launched-availability-zone", "launchedAvailabilityZone"},
                                  {"launch.image-id", "launchSpecification/imageId"},
                                  {"launch.instance-type", "launchSpecification/instanceType"}};
  return kPaths;
}

Result<Json> describe_requests(Call& call) {
  return describe(call, {.kind = "spot-request",
                         .id_parameter = "SpotInstanceRequestId",
                         .not_found = "InvalidSpotInstanceRequestID.NotFound",
                         .set = "spotInstanceRequestSet",
                         .filters = &request_filters()});
}

Result<Json> cancel_requests(Call& call) {
  const auto ids = call.params.list("SpotInstanceRequestId");
  TRY_VOID(call.finish());
  if (ids.empty()) {
    return refuse("MissingParameter", "The request must contain SpotInstanceRequestId");
  }
  for (const std::string& id : ids) {
    TRY_VOID(need(call, "spot-request", "InvalidSpotInstanceRequestID.NotFound", id));
  }
  Json set = Json::array();
  for (const std::string& id : ids) {
    Json& request = *call.find("spot-request", id);
    cancel_request(call.world, call.region, request);
    set.push_back({{"spotInstanceRequestId", id}, {"state", request.at("state")}});
  }
  return Json{{"spotInstanceRequestSet", std::move(set)}};
}

Result<LaunchSpec> read_request(Call& call) {
  Params inner = call.params.structure("LaunchSpecification");
  TRY(LaunchSpec spec, read_launch_spec(inner));
  TRY_VOID(inner.finish());
  TRY(const std::string type, one_of(call.params, "Type", "one-time", {"persistent"}));
  TRY(spec.interruption_behavior,
      one_of(call.params, "InstanceInterruptionBehavior", "terminate", {"stop"}));
  if (const auto price = call.params.get("SpotPrice")) {
    TRY(spec.max_price, read_price("SpotPrice", *price));
  }
  if (const auto until = call.params.get("ValidUntil")) {
    spec.valid_until = parse_iso8601(*until);
    if (!spec.valid_until || *spec.valid_until < call.world.now()) {
      return refuse("InvalidParameterValue", "ValidUntil is not a time ahead");
    }
  }
  TRY(spec.tags["spot-instances-request"], read_tags(call.params, "spot-instances-request"));
  spec.spot = type == "persistent" ? SpotKind::persistent : SpotKind::one_time;
  if (spec.interruption_behavior == "stop" && type == "one-time") {
    return refuse("InvalidParameterCombination",
                  "The interruption behavior stop needs a persistent request");
  }
  return spec;
}

Result<Json> request_instances(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  TRY(LaunchSpec spec, read_request(call));
  TRY(const auto count, call.params.number("InstanceCount"));
  const auto from = call.params.get("ValidFrom");
  const std::string token = call.params.get_or("ClientToken", "");
  TRY_VOID(call.finish());
  TRY(Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  const long wanted = count.value_or(1);
  if (wanted < 1 || wanted > kRequestsMost) {
    return refuse("InvalidParameterValue", "InstanceCount must be from 1 to 3000");
  }
  if (from && !parse_iso8601(*from)) {
    return refuse("InvalidParameterValue", "ValidFrom is not a time");
  }
  if (wanted * vcpus_of(spec.instance_type) > vcpus_free(call.world, call.region, true)) {
    return refuse("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded");
  }
  TRY_VOID(check_launch(call.world, call.region, spec));
  Json set = Json::array();
  for (long i = 0; i < wanted; ++i) {
    const std::string id = make_request(call.world, call.region, spec);
    Json& request = *call.find("spot-request", id);
    if (from) request["validFrom"] = *from;
    set.push_back(request);
  }
  if (from && *parse_iso8601(*from) > call.world.now()) {
    call.world.schedule(*parse_iso8601(*from) - call.world.now(),
                        {{"kind", "evaluate_requests"}, {"region", ""}, {"id", ""}});
  }
  try_requests_soon(call.world);
  Json reply{{"spotInstanceRequestSet", std::move(set)}};
  remember_token(call, fingerprint, token, reply);
  return reply;
}

std::map<std::string, std::string> zones_of(Call& call) {
  std::map<std::string, std::string> zones;  // name -> id
  for (const auto& [id, subnet] : call.table("subnet")) {
    zones[text(subnet, "availabilityZone")] = text(subnet, "availabilityZoneId");
  }
  return zones;
}

bool names(const std::vector<std::string>& list, const std::string& word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

// The changes of one pool's price within the times asked for, the one in force at the start
// included; newest first.
std::vector<PriceChange> changes_between(Call& call, const PoolName& pool, TimePoint start,
                                         TimePoint end) {
  std::vector<PriceChange> found;
  for (const PriceChange& change : price_changes(call.world, pool.instance_type, pool.zone)) {
    if (change.at > end) continue;
    found.push_back(change);
    if (change.at <= start) break;
  }
  return found;
}

Result<TimePoint> read_time(Params& params, const std::string& name, TimePoint fallback) {
  const auto given = params.get(name);
  if (!given) return fallback;
  if (const auto time = parse_iso8601(*given)) return *time;
  return refuse("InvalidParameterValue",
                "Value (" + *given + ") for parameter " + name + " is not a time");
}

Result<Json> price_history(Call& call) {
  static const FilterPaths kPaths{{"availability-zone", "availabilityZone"},
                                  {"instance-type", "instanceType"},
                                  {"product-description", "productDescription"},
                                  {"spot-price", "spotPrice"},
                                  {"timestamp", "timestamp"}};
  const auto types = call.params.list("InstanceType");
  const auto products = call.params.list("ProductDescription");
  const std::string zone = call.params.get_or("AvailabilityZone", "");
  const std::string zone_id = call.params.get_or("AvailabilityZoneId", "");
  TRY(const TimePoint start, read_time(call.params, "StartTime", TimePoint{}));
  TRY(const TimePoint end, read_time(call.params, "EndTime", call.world.now()));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, false, {1, 1000}));
  TRY_VOID(call.finish());
  const std::string wanted = zone_of(call.world, call.region, zone, zone_id);
  const bool linux_wanted =
      names(products, "Linux/UNIX") || names(products, "Linux/UNIX (Amazon VPC)");
  Json set = Json::array();
  for (const auto& [name, type] : instance_types()) {
    for (const auto& [each, each_id] : zones_of(call)) {
      const bool here = zone.empty() && zone_id.empty() ? true : each == wanted;
      if (!names(types, name) || !linux_wanted || !here) continue;
      for (const PriceChange& change : changes_between(call, {name, each, "spot"}, start, end)) {
        Json entry{{"availabilityZone", each},
                   {"availabilityZoneId", each_id},
                   {"instanceType", name},
                   {"productDescription", "Linux/UNIX"},
                   {"spotPrice", fmt::format("{:.6f}", change.price)},
                   {"timestamp", format_iso8601(change.at, Fraction::milliseconds)}};
        if (filters.match(entry)) set.push_back(std::move(entry));
      }
    }
  }
  TRY(const std::string next, take_page(set, paging));
  return Json{{"spotPriceHistorySet", std::move(set)}, {"nextToken", next}};
}

// 1 to 9 by the share of the pools that have capacity; EC2 scores fewer than three types low.
long score(Call& call, const std::vector<std::string>& types, const std::string& region,
           const std::string& zone, long target) {
  const auto open = std::count_if(types.begin(), types.end(), [&](const std::string& type) {
    for (const auto& [id, subnet] : call.world.table(region, "subnet")) {
      const std::string here = text(subnet, "availabilityZone");
      if (!zone.empty() && zone != here) continue;
      const long left = capacity_left(call.world, {type, here, "spot"});
      if (left < 0 || left >= target) return true;
    }
    return false;
  });
  const long all = static_cast<long>(types.size());
  const long value = 1 + 8 * open / std::max(1L, all);
  return all < 3 ? std::min(value, 3L) : value;
}

Result<Json> placement_scores(Call& call) {
  const auto types = call.params.list("InstanceType");
  TRY(const std::string given, call.params.need("TargetCapacity"));
  TRY(const auto target, call.params.number("TargetCapacity"));
  TRY(const bool single_zone, call.params.flag("SingleAvailabilityZone", false));
  auto regions = call.params.list("RegionName");
  TRY(const std::string unit, one_of(call.params, "TargetCapacityUnitType", "units", {}));
  TRY(const Paging paging, read_paging(call.params, false, {10, 1000}));
  TRY_VOID(call.finish());
  if (types.empty()) return refuse("MissingParameter", "The request must contain InstanceType");
  for (const std::string& type : types) {
    if (instance_type(type) == nullptr) {
      return refuse("InvalidInstanceType", "The instance type " + type + " does not exist");
    }
  }
  if (regions.empty()) regions = region_names();
  Json set = Json::array();
  for (const std::string& region : regions) {
    if (!is_region(region)) return refuse("InvalidParameterValue", "No region " + region);
    if (!single_zone) {
      set.push_back({{"region", region}, {"score", score(call, types, region, "", *target)}});
      continue;
    }
    for (const auto& [id, subnet] : call.world.table(region, "subnet")) {
      set.push_back(
          {{"region", region},
           {"availabilityZoneId", subnet.at("availabilityZoneId")},
           {"score", score(call, types, region, text(subnet, "availabilityZone"), *target)}});
    }
  }
  std::stable_sort(set.begin(), set.end(), [](const Json& a, const Json& b) {
    return a.at("score").get<long>() > b.at("score").get<long>();
  });
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"spotPlacementScoreSet", std::move(set)}}, next);
}

}  // namespace

void add_spot_actions(Actions& actions) {
  actions.insert({{"DescribeSpotInstanceRequests", describe_requests},
                  {"CancelSpotInstanceRequests", cancel_requests},
                  {"RequestSpotInstances", request_instances},
                  {"DescribeSpotPriceHistory", price_history},
                  {"GetSpotPlacementScores", placement_scores}});
}

}  // namespace ec2spotter::sim
