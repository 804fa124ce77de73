#include "sim/core/resources/launch_interfaces.hpp"

#include <algorithm>
#include <vector>

#include "sim/core/resources/interfaces.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr const char* kMadeFor = "_made_for";  // the instance whose launch made the interface

Result<void> check_several(const LaunchSpec& spec) {
  if (spec.count_max <= 1) return {};
  const bool fixed =
      !spec.private_ip.empty() ||
      std::any_of(spec.interfaces.begin(), spec.interfaces.end(), [](const InterfaceSpec& each) {
        return !each.interface_id.empty() || !each.private_ip.empty();
      });
  if (!fixed) return {};
  return refuse("InvalidParameterCombination",
                "A network interface or private address can be given to one instance only");
}

Result<const Json*> find_wanted(World& world, const std::string& region, const std::string& id) {
  const Json* interface = world.find(region, "network-interface", id);
  if (interface == nullptr) {
    return refuse("InvalidNetworkInterfaceID.NotFound",
                  "The networkInterface ID '" + id + "' does not exist");
  }
  if (text(*interface, "status") == "available") return interface;
  return refuse("InvalidNetworkInterface.InUse", "Interface: [" + id + "] in use.");
}

// The zone of what the launch names, or empty: it makes an interface in the subnet of its place.
std::string zone_of_wanted(World& world, const std::string& region, const InterfaceSpec& spec) {
  const Json* named = world.find(region, "network-interface", spec.interface_id);
  if (named == nullptr) named = world.find(region, "subnet", spec.subnet_id);
  return named == nullptr ? "" : text(*named, "availabilityZone");
}

Json tags_of_interfaces(const LaunchSpec& spec) {
  const auto tags = spec.tags.find("network-interface");
  return tags == spec.tags.end() ? Json::array() : tags->second;
}

}  // namespace

Result<void> check_wanted_interfaces(World& world, const std::string& region,
                                     const LaunchSpec& spec) {
  TRY_VOID(check_several(spec));
  std::vector<std::string> seen;
  std::string zone;
  for (const InterfaceSpec& wanted : spec.interfaces) {
    const std::string here = zone_of_wanted(world, region, wanted);
    if (!here.empty() && !zone.empty() && here != zone) {
      return refuse("InvalidParameterCombination",
                    "The network interfaces are in two zones: " + zone + " and " + here);
    }
    if (!here.empty()) zone = here;
    if (wanted.interface_id.empty()) continue;
    TRY_VOID(find_wanted(world, region, wanted.interface_id));
    if (std::find(seen.begin(), seen.end(), wanted.interface_id) != seen.end()) {
      return refuse("InvalidParameterValue",
                    "The network interface '" + wanted.interface_id + "' is named twice");
    }
    seen.push_back(wanted.interface_id);
  }
  return {};
}

Result<void> give_interfaces(World& world, const std::string& region, const LaunchSpec& spec,
                             const std::string& subnet_id, Json& instance) {
  std::vector<InterfaceSpec> wanted = spec.interfaces;
  if (wanted.empty()) {
    wanted.push_back(
        {.private_ip = spec.private_ip, .description = {}, .group_ids = spec.group_ids});
  }
  for (const InterfaceSpec& each : wanted) {
    Json* interface = world.find(region, "network-interface", each.interface_id);
    if (interface == nullptr) {
      TRY(interface,
          make_interface(world, region,
                         {.subnet_id = each.subnet_id.empty() ? subnet_id : each.subnet_id,
                          .private_ip = each.private_ip,
                          .description = each.description,
                          .group_ids = each.group_ids,
                          .group_names = spec.group_names,
                          .tags = tags_of_interfaces(spec)}));
      (*interface)[kMadeFor] = instance.at("instanceId");
    }
    attach_interface(
        world, instance, *interface,
        {.device_index = each.device_index,
         .delete_on_termination = each.delete_on_termination.value_or(each.interface_id.empty())});
  }
  return {};
}

void discard_interfaces(World& world, const std::string& region, const Json& instance) {
  static_cast<void>(free_interfaces(world, region, instance));
  for (const Json& id : instance.value("_interfaces", Json::array())) {
    const Json* kept = world.find(region, "network-interface", id.get<std::string>());
    if (kept != nullptr && text(*kept, kMadeFor) == text(instance, "instanceId")) {
      delete_interface(world, region, id.get<std::string>());
    }
  }
}

bool wants_public_ip(const LaunchSpec& spec) {
  if (spec.interfaces.empty()) return true;
  const InterfaceSpec& first = spec.interfaces.front();
  return spec.interfaces.size() == 1 && first.interface_id.empty() &&
         first.public_ip.value_or(true);
}

}  // namespace ec2spotter::sim
