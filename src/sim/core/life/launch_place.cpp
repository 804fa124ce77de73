#include "sim/core/life/launch_place.hpp"

#include <algorithm>

#include "sim/core/call/limits.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Result<std::string> subnet_of_interface(World& world, const std::string& region,
                                        const LaunchSpec& spec) {
  const InterfaceSpec& primary = spec.interfaces.front();
  if (primary.interface_id.empty()) return primary.subnet_id;
  const Json* interface = world.find(region, "network-interface", primary.interface_id);
  if (interface == nullptr) {
    return refuse("InvalidNetworkInterfaceID.NotFound",
                  "The networkInterface ID '" + primary.interface_id + "' does not exist");
  }
  return text(*interface, "subnetId");
}

std::string zone_of_subnet(World& world, const std::string& region, const std::string& id) {
  const Json* subnet = world.find(region, "subnet", id);
  return subnet == nullptr ? "" : text(*subnet, "availabilityZone");
}

Result<int> within_quota(World& world, const std::string& region, const LaunchSpec& spec,
                         int count) {
  const bool spot = spec.spot != SpotKind::none;
  const long fit = vcpus_free(world, region, spot) / vcpus_of(spec.instance_type);
  if (fit >= spec.count_min) return static_cast<int>(std::min<long>(count, fit));
  if (spot) return refuse("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded");
  return refuse("VcpuLimitExceeded",
                "You have requested more vCPU capacity than your current vCPU limit of " +
                    std::to_string(quota(world, "on_demand_vcpus")) + " allows.");
}

}  // namespace

const char* market_of(const LaunchSpec& spec) {
  return spec.spot == SpotKind::none ? "on-demand" : "spot";
}

Result<std::vector<Place>> candidates(World& world, const std::string& region,
                                      const LaunchSpec& spec) {
  std::string subnet_id = spec.subnet_id;
  if (!spec.interfaces.empty()) {
    TRY(subnet_id, subnet_of_interface(world, region, spec));
  }
  const bool anywhere = spec.zone.empty() && spec.zone_id.empty();
  const std::string zone = zone_of(world, region, spec.zone, spec.zone_id);
  if (!anywhere && zone.empty()) {
    return refuse("InvalidParameterValue",
                  "Invalid availability zone: [" + spec.zone + spec.zone_id + "]");
  }
  if (!subnet_id.empty() && world.find(region, "subnet", subnet_id) == nullptr) {
    return refuse("InvalidSubnetID.NotFound", "The subnet ID '" + subnet_id + "' does not exist");
  }
  std::vector<Place> places;
  for (const auto& [id, subnet] : world.table(region, "subnet")) {
    const std::string here = text(subnet, "availabilityZone");
    if (subnet_id.empty() ? !subnet.at("defaultForAz").get<bool>() : id != subnet_id) continue;
    if (anywhere || here == zone) places.push_back({id, here, 0});
  }
  if (places.empty()) {
    return refuse("InvalidParameterValue", "Value (" + zone +
                                               ") for parameter availabilityZone is invalid. "
                                               "Subnet '" +
                                               subnet_id + "' is in the availability zone " +
                                               zone_of_subnet(world, region, subnet_id));
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.zone < b.zone; });
  return places;
}

Result<Place> choose_place(World& world, const std::string& region, const LaunchSpec& spec) {
  TRY(const auto places, candidates(world, region, spec));
  bool too_dear = false;
  for (Place place : places) {
    if (spec.spot != SpotKind::none && spec.max_price &&
        *spec.max_price < spot_price(world, spec.instance_type, place.zone)) {
      too_dear = true;
      continue;
    }
    const long left = capacity_left(world, {spec.instance_type, place.zone, market_of(spec)});
    if (left >= 0 && left < spec.count_min) continue;
    place.count =
        left < 0 ? spec.count_max : static_cast<int>(std::min<long>(left, spec.count_max));
    TRY(place.count, within_quota(world, region, spec, place.count));
    return place;
  }
  if (too_dear) {
    return refuse("SpotMaxPriceTooLow",
                  "Your Spot request price is lower than the minimum required Spot request "
                  "fulfillment price");
  }
  if (spec.spot != SpotKind::none) {
    return refuse("InsufficientInstanceCapacity",
                  "There is no Spot capacity available that matches your request.");
  }
  return refuse("InsufficientInstanceCapacity",
                "We currently do not have sufficient " + spec.instance_type +
                    " capacity in the Availability Zone you requested (" + places.front().zone +
                    ").");
}

}  // namespace ec2spotter::sim
