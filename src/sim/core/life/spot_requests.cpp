#include "sim/core/life/spot_requests.hpp"

#include <vector>

#include "sim/core/life/endings.hpp"
#include "sim/core/life/fleets.hpp"
#include "sim/core/life/new_instances.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

// What an open request says while the launch fails with this error; empty: for ever.
std::string waiting_code(const std::string& api_code) {
  if (api_code == "InsufficientInstanceCapacity") return "capacity-not-available";
  if (api_code == "SpotMaxPriceTooLow") return "price-too-low";
  if (api_code == "MaxSpotInstanceCountExceeded") return "limit-exceeded";
  // The next instance of a persistent request waits until the last one has given them back.
  if (api_code == "InvalidNetworkInterface.InUse" || api_code == "InvalidIPAddress.InUse") {
    return "constraint-not-fulfillable";
  }
  if (api_code == "InsufficientFreeAddressesInSubnet") return "constraint-not-fulfillable";
  return {};
}

Result<LaunchSpec> spec_of(const Json& request) {
  Params params(request.at("_params").get<ParamMap>());
  TRY(LaunchSpec spec, read_launch_spec(params));
  spec.spot = text(request, "type") == "persistent" ? SpotKind::persistent : SpotKind::one_time;
  spec.interruption_behavior = text(request, "instanceInterruptionBehavior");
  spec.spot_request_id = text(request, "spotInstanceRequestId");
  if (request.contains("_max_price")) spec.max_price = request.at("_max_price").get<double>();
  return spec;
}

bool not_yet_valid(World& world, const Json& request) {
  const auto from = parse_iso8601(text(request, "validFrom"));
  return from && *from > world.now();
}

void evaluate_open(World& world, const std::string& region, Json& request) {
  if (not_yet_valid(world, request)) {
    return set_request_status(world, request, "open", "not-scheduled-yet", "");
  }
  auto spec = spec_of(request);
  const auto ids = spec ? launch(world, region, *spec) : fail(spec.error());
  if (ids) return;
  const Error& error = ids.error();
  if (const std::string code = waiting_code(error.api_code); !code.empty()) {
    if (text(request.at("status"), "code") != code) {
      set_request_status(world, request, "open", code, "");
    }
    return;
  }
  set_request_status(world, request, "failed", "bad-parameters", error.message);
  request["fault"] = {{"code", error.api_code}, {"message", error.message}};
}

// An instance that Spot stopped starts again when its pool has capacity; only EC2 may start it.
void evaluate_disabled(World& world, const std::string& region, Json& request) {
  const std::string code = text(request.at("status"), "code");
  if (code != "instance-stopped-no-capacity" && code != "instance-stopped-by-price") return;
  Json* instance = world.find(region, "instance", text(request, "instanceId"));
  if (instance == nullptr || state_name(*instance) != "stopped") return;
  const double price = spot_price(world, text(*instance, "instanceType"),
                                  text(instance->at("placement"), "availabilityZone"));
  if (request.value("_max_price", price) < price) return;
  if (!start_again(world, region, *instance)) return;
  set_request_status(world, request, "active", "fulfilled", "");
}

}  // namespace

void cancel_request(World& world, const std::string& region, Json& request) {
  const std::string state = text(request, "state");
  if (state == "active") {
    set_request_status(world, request, "cancelled", "request-canceled-and-instance-running", "");
  } else if (state == "open" || state == "disabled") {
    set_request_status(world, request, "cancelled", "canceled-before-fulfillment", "");
  }
  // Cancelling terminates the stopped instance of a disabled request.
  Json* instance = world.find(region, "instance", text(request, "instanceId"));
  if (state == "disabled" && instance != nullptr) {
    begin_termination(world, region, *instance, Cause::user);
  }
}

void expire_request(World& world, const std::string& region, Json& request) {
  const std::string state = text(request, "state");
  if (state == "open") set_request_status(world, request, "cancelled", "schedule-expired", "");
  if (state == "disabled") cancel_request(world, region, request);
}

void evaluate_requests(World& world) {
  for (const std::string& region : region_names()) {
    std::vector<std::string> ids;
    for (const auto& [id, request] : world.table(region, "spot-request")) ids.push_back(id);
    for (const std::string& id : ids) {
      Json& request = *world.find(region, "spot-request", id);
      const std::string state = text(request, "state");
      if (state == "open") evaluate_open(world, region, request);
      if (state == "disabled") evaluate_disabled(world, region, request);
    }
    for (const auto& [id, fleet] : world.table(region, "fleet")) fill_fleet(world, region, id);
  }
}

}  // namespace ec2spotter::sim
