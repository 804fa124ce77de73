// Spot requests, prices and placement scores.
#include <fmt/format.h>

#include <algorithm>

#include "sim/core/call.hpp"
#include "sim/core/life.hpp"
#include "sim/core/run_instances.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

const FilterPaths& request_filters() {
  static const FilterPaths kPaths{{"spot-instance-request-id", "spotInstanceRequestId"},
                                  {"instance-id", "instanceId"},
                                  {"state", "state"},
                                  {"status-code", "status/code"},
                                  {"status-message", "status/message"},
                                  {"type", "type"},
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
  for (const std::string& id : ids) {
    if (call.find("spot-request", id) == nullptr) {
      return refuse("InvalidSpotInstanceRequestID.NotFound",
                    "The spot instance request ID '" + id + "' does not exist");
    }
  }
  Json set = Json::array();
  for (const std::string& id : ids) {
    Json& request = *call.find("spot-request", id);
    if (text(request, "state") == "active") {
      set_request_status(call.world, request, "cancelled", "request-canceled-and-instance-running",
                         "");
    } else if (text(request, "state") != "closed") {
      set_request_status(call.world, request, "cancelled", "canceled-before-fulfillment", "");
    }
    // Cancelling terminates the stopped instance of a disabled request.
    Json* instance = call.find("instance", text(request, "instanceId"));
    if (instance != nullptr && state_name(*instance) == "stopped") {
      begin_termination(call.world, call.region, *instance, "Client.UserInitiatedShutdown",
                        "Client.UserInitiatedShutdown: Spot request cancelled");
    }
    set.push_back({{"spotInstanceRequestId", id}, {"state", "cancelled"}});
  }
  return Json{{"spotInstanceRequestSet", std::move(set)}};
}

Result<Json> request_instances(Call& call) {
  Params& params = call.params;
  const std::string fingerprint = params.fingerprint();
  Params inner = params.structure("LaunchSpecification");
  TRY(LaunchSpec spec, read_launch_spec(inner));
  TRY_VOID(inner.finish());
  const auto price = params.get("SpotPrice");
  TRY(const auto count, params.number("InstanceCount"));
  const std::string type = params.get_or("Type", "one-time");
  spec.interruption_behavior = params.get_or("InstanceInterruptionBehavior", "terminate");
  spec.client_token = params.get_or("ClientToken", "");
  static_cast<void>(params.get("ValidFrom"));
  static_cast<void>(params.get("ValidUntil"));
  TRY(spec.tags["spot-instances-request"], read_tags(params, "spot-instances-request"));
  TRY_VOID(call.finish());
  TRY(Json earlier, recall_token(call, "", fingerprint, spec.client_token));
  if (!earlier.is_null()) return earlier;
  spec.spot = type == "persistent" ? SpotKind::persistent : SpotKind::one_time;
  spec.count = static_cast<int>(count.value_or(1));
  if (price) spec.max_price = std::strtod(price->c_str(), nullptr);
  TRY(const auto ids, launch(call.world, call.region, spec));
  Json set = Json::array();
  for (const std::string& id : ids) {
    set.push_back(*spot_request_of(call.world, call.region, *call.find("instance", id)));
  }
  Json reply{{"spotInstanceRequestSet", std::move(set)}};
  remember_token(call, "", fingerprint, spec.client_token, reply);
  return reply;
}

std::vector<std::string> zones_of(Call& call) {
  std::vector<std::string> zones;
  for (const auto& [id, subnet] : call.table("subnet")) {
    zones.push_back(text(subnet, "availabilityZone"));
  }
  std::sort(zones.begin(), zones.end());
  zones.erase(std::unique(zones.begin(), zones.end()), zones.end());
  return zones;
}

Result<Json> price_history(Call& call) {
  static const FilterPaths kPaths{{"availability-zone", "availabilityZone"},
                                  {"instance-type", "instanceType"},
                                  {"product-description", "productDescription"},
                                  {"spot-price", "spotPrice"}};
  const auto types = call.params.list("InstanceType");
  const auto products = call.params.list("ProductDescription");
  const std::string zone = call.params.get_or("AvailabilityZone", "");
  static_cast<void>(call.params.get("StartTime"));
  static_cast<void>(call.params.get("EndTime"));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, false));
  TRY_VOID(call.finish());
  Json set = Json::array();
  const bool linux_wanted =
      products.empty() ||
      std::any_of(products.begin(), products.end(),
                  [](const std::string& product) { return product.starts_with("Linux/UNIX"); });
  for (const auto& [name, type] : instance_types()) {
    const bool wanted = types.empty() || std::find(types.begin(), types.end(), name) != types.end();
    for (const std::string& each : zones_of(call)) {
      if (!wanted || !linux_wanted || (!zone.empty() && zone != each)) continue;
      const Json entry{{"availabilityZone", each},
                       {"instanceType", name},
                       {"productDescription", "Linux/UNIX"},
                       {"spotPrice", fmt::format("{:.6f}", spot_price(call.world, name, each))},
                       {"timestamp", call.world.timestamp()}};
      if (filters.match(entry)) set.push_back(entry);
    }
  }
  const std::string next = take_page(set, paging);
  return Json{{"spotPriceHistorySet", std::move(set)}, {"nextToken", next}};
}

Result<Json> placement_scores(Call& call) {
  const auto types = call.params.list("InstanceType");
  TRY(const std::string target, call.params.need("TargetCapacity"));
  TRY(const bool single_zone, call.params.flag("SingleAvailabilityZone", false));
  const auto regions = call.params.list("RegionName");
  static_cast<void>(call.params.get("TargetCapacityUnitType"));
  TRY(const Paging paging, read_paging(call.params, false));
  static_cast<void>(paging);
  TRY_VOID(call.finish());
  Json set = Json::array();
  for (const std::string& zone : zones_of(call)) {
    const auto open = std::count_if(types.begin(), types.end(), [&](const std::string& type) {
      return capacity_left(call.world, type, zone, "spot") != 0;
    });
    // Fewer than three types score low whatever there is, as EC2 does.
    const long score = types.empty() ? 1 : 1 + 8 * open / static_cast<long>(types.size());
    Json entry{{"region", call.region}, {"score", types.size() < 3 ? std::min(score, 3L) : score}};
    if (single_zone) entry["availabilityZoneId"] = zone;
    set.push_back(std::move(entry));
    if (!single_zone) break;
  }
  return Json{{"spotPlacementScoreSet", std::move(set)}};
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
