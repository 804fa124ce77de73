#include "sim/core/life/request_state.hpp"

#include <fmt/format.h>

#include "sim/core/services/linked_roles.hpp"
#include "sim/core/state/types.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kValidDefault = 24h * 7;

std::string message_of(const std::string& code) {
  if (code == "fulfilled") return "Your spot request is fulfilled.";
  if (code == "pending-evaluation") {
    return "Your Spot request has been submitted for review, and is pending evaluation.";
  }
  if (code == "capacity-not-available") {
    return "There is no Spot capacity available that matches your request.";
  }
  if (code == "price-too-low") {
    return "Your Spot request price is lower than the minimum required Spot request fulfillment "
           "price.";
  }
  if (code == "request-canceled-and-instance-running") {
    return "Your Spot request is canceled, but your instance is still running.";
  }
  return "Spot request status: " + code + ".";
}

std::string ended_code(Cause cause) {
  switch (cause) {
    case Cause::capacity: return "instance-terminated-no-capacity";
    case Cause::price: return "instance-terminated-by-price";
    case Cause::failure: return "instance-terminated-by-service";
    case Cause::user:
    case Cause::guest: break;
  }
  return "instance-terminated-by-user";
}

std::string stopped_code(Cause cause) {
  if (cause == Cause::capacity) return "instance-stopped-no-capacity";
  if (cause == Cause::price) return "instance-stopped-by-price";
  return "instance-stopped-by-user";
}

}  // namespace

std::string make_request(World& world, const std::string& region, const LaunchSpec& spec) {
  need_linked_role(world, kSpotService);
  std::string id = "sir-" + world.new_id("").substr(9);
  const double price = spec.max_price.value_or(on_demand_price(spec.instance_type));
  const bool persistent = spec.spot == SpotKind::persistent;
  const auto tags = spec.tags.find("spot-instances-request");
  Json shown{{"imageId", spec.image_id},
             {"instanceType", spec.instance_type},
             {"monitoring", {{"enabled", spec.monitoring}}}};
  if (!spec.key_name.empty()) shown["keyName"] = spec.key_name;
  if (!spec.subnet_id.empty()) shown["subnetId"] = spec.subnet_id;
  if (!spec.zone.empty()) shown["placement"] = {{"availabilityZone", spec.zone}};
  Json& request = world.put(region, "spot-request", id);
  request = {{"spotInstanceRequestId", id},
             {"type", persistent ? "persistent" : "one-time"},
             {"createTime", world.timestamp()},
             {"instanceInterruptionBehavior", spec.interruption_behavior},
             {"productDescription", "Linux/UNIX"},
             {"spotPrice", fmt::format("{:.6f}", price)},
             {"launchSpecification", std::move(shown)},
             {"tagSet", tags == spec.tags.end() ? Json::array() : tags->second},
             {"_params", spec.params}};
  if (spec.max_price) request["_max_price"] = *spec.max_price;
  set_request_status(world, request, "open", "pending-evaluation", "");
  if (persistent || spec.valid_until) {
    const TimePoint until = spec.valid_until.value_or(world.now() + kValidDefault);
    request["validUntil"] = format_iso8601(until, Fraction::milliseconds);
    world.schedule(std::max(Duration::zero(), until - world.now()),
                   {{"kind", "request_expired"}, {"region", region}, {"id", id}});
  }
  return id;
}

void fulfil_request(World& world, const std::string& region, const LaunchSpec& spec,
                    Json& instance) {
  const std::string id =
      spec.spot_request_id.empty() ? make_request(world, region, spec) : spec.spot_request_id;
  Json& request = *world.find(region, "spot-request", id);
  request["instanceId"] = instance.at("instanceId");
  request["launchedAvailabilityZone"] = instance.at("placement").at("availabilityZone");
  set_request_status(world, request, "active", "fulfilled", "");
  instance["instanceLifecycle"] = "spot";
  instance["spotInstanceRequestId"] = id;
}

Json* spot_request_of(World& world, const std::string& region, const Json& instance) {
  const std::string id = text(instance, "spotInstanceRequestId");
  return id.empty() ? nullptr : world.find(region, "spot-request", id);
}

void set_request_status(World& world, Json& request, const std::string& state,
                        const std::string& code, const std::string& message) {
  request["state"] = state;
  request["status"] = {{"code", code},
                       {"message", message.empty() ? message_of(code) : message},
                       {"updateTime", world.timestamp()}};
}

void request_loses_instance(World& world, const std::string& region, const Json& instance,
                            Cause cause) {
  Json* request = spot_request_of(world, region, instance);
  if (request == nullptr || request->at("instanceId") != instance.at("instanceId")) return;
  const std::string state = text(*request, "state");
  if (state == "cancelled" || state == "closed") {
    return set_request_status(world, *request, state, ended_code(cause), "");
  }
  // A launch that failed half way is not tried for ever.
  const bool again = text(*request, "type") == "persistent" && cause != Cause::failure;
  const char* next = again ? "open" : cause == Cause::failure ? "cancelled" : "closed";
  set_request_status(world, *request, next, ended_code(cause), "");
  if (!again) return;
  request->erase("instanceId");
  request->erase("launchedAvailabilityZone");
  try_requests_soon(world);
}

void request_instance_stops(World& world, const std::string& region, const Json& instance,
                            Cause cause) {
  if (Json* request = spot_request_of(world, region, instance)) {
    set_request_status(world, *request, "disabled", stopped_code(cause), "");
  }
}

void try_requests_soon(World& world) {
  world.schedule(world.work(3s), {{"kind", "evaluate_requests"}, {"region", ""}, {"id", ""}});
}

}  // namespace ec2spotter::sim
