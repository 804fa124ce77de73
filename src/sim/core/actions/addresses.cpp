// Elastic IPs.
#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/call/limits.hpp"
#include "sim/core/life/safety.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

bool listed(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

Result<Json> describe_addresses(Call& call) {
  static const FilterPaths kPaths{{"allocation-id", "allocationId"},
                                  {"association-id", "associationId"},
                                  {"public-ip", "publicIp"},
                                  {"private-ip-address", "privateIpAddress"},
                                  {"instance-id", "instanceId"},
                                  {"network-interface-id", "networkInterfaceId"},
                                  {"network-interface-owner-id", "networkInterfaceOwnerId"},
                                  {"network-border-group", "networkBorderGroup"},
                                  {"domain", "domain"}};
  const auto ips = call.params.list("PublicIp");
  for (const std::string& ip : ips) {
    if (address_where(call.world, call.region, "publicIp", ip) != nullptr) continue;
    return refuse("InvalidAddress.NotFound", "Address '" + ip + "' not found.");
  }
  TRY(const Selection found, select(call, {.kind = "address",
                                           .id_parameter = "AllocationId",
                                           .not_found = "InvalidAllocationID.NotFound",
                                           .set = "addressesSet",
                                           .filters = &kPaths,
                                           .paged = false}));
  Json set = Json::array();
  for (const Json* address : found.resources) {
    if (listed(ips, text(*address, "publicIp")))
      set.push_back(as_xml(call.world.rendering_of(*address)));
  }
  return Json{{"addressesSet", std::move(set)}};
}

Result<Json> allocate_address(Call& call) {
  TRY(const std::string domain, one_of(call.params, "Domain", "vpc", {}));
  TRY(Json tags, read_tags(call.params, "elastic-ip"));
  TRY_VOID(call.finish());
  TRY_VOID(check_address_quota(call.world, call.region));
  const std::string id = call.world.new_id("eipalloc-");
  Json address{{"allocationId", id},
               {"publicIp", new_public_ip(call.world)},
               {"domain", domain},
               {"publicIpv4Pool", "amazon"},
               {"networkBorderGroup", call.region}};
  Json kept = address;
  kept["tagSet"] = std::move(tags);
  call.put("address", id) = std::move(kept);
  return address;
}

Result<Json*> need_address(Call& call, const std::string& id) {
  return need(call, "address", "InvalidAllocationID.NotFound", id);
}

// The address leaves its instance, which gets back the one that EC2 gave it at launch.
void unbind(Call& call, Json& address) {
  Json* instance = call.find("instance", text(address, "instanceId"));
  Json* interface = call.find("network-interface", text(address, "networkInterfaceId"));
  clear_association(address);
  static_cast<void>(call.world.bodies().route_address(text(address, "publicIp"), ""));
  if (interface != nullptr) interface->erase("association");
  if (instance != nullptr && state_name(*instance) != "terminated") {
    refresh_interfaces(call.world, call.region, *instance);
  }
}

// The interface that the address is for: the named one, or the instance's only one.
Result<Json*> target_interface(Call& call, const std::string& instance_id,
                               const std::string& interface_id) {
  if (instance_id.empty() == interface_id.empty()) {
    return refuse(instance_id.empty() ? "MissingParameter" : "InvalidParameterCombination",
                  "Give InstanceId or NetworkInterfaceId");
  }
  if (!interface_id.empty()) {
    return need(call, "network-interface", "InvalidNetworkInterfaceID.NotFound", interface_id);
  }
  TRY(const Json* instance, need_instance(call, instance_id));
  const std::string state = state_name(*instance);
  if (state != "running" && state != "stopped") {
    return refuse("IncorrectInstanceState",
                  "The instance '" + instance_id + "' is in state " + state);
  }
  if (instance->at("networkInterfaceSet").size() != 1) {
    return refuse("InvalidInstanceID",
                  "There are multiple interfaces attached to instance '" + instance_id +
                      "'. Please specify an interface ID for the operation instead.");
  }
  return call.find("network-interface",
                   text(instance->at("networkInterfaceSet")[0], "networkInterfaceId"));
}

Result<Json> associate_address(Call& call) {
  TRY(const std::string id, call.params.need("AllocationId"));
  const std::string instance_id = call.params.get_or("InstanceId", "");
  const std::string interface_id = call.params.get_or("NetworkInterfaceId", "");
  const auto private_ip = call.params.get("PrivateIpAddress");
  TRY(const bool move, call.params.flag("AllowReassociation", true));
  TRY(Json * address, need_address(call, id));
  TRY(Json * interface, target_interface(call, instance_id, interface_id));
  TRY_VOID(call.finish());
  const std::string target = text(*interface, "networkInterfaceId");
  if (private_ip && *private_ip != text(*interface, "privateIpAddress")) {
    return refuse("InvalidParameterValue", "The interface has no address " + *private_ip);
  }
  const Json attachment = interface->value("attachment", Json::object());
  Json* instance = call.find("instance", text(attachment, "instanceId"));
  const std::string holder = text(*address, "networkInterfaceId");
  if (holder == target) return Json{{"associationId", text(*address, "associationId")}};
  if (!holder.empty() && !move) {
    return refuse("Resource.AlreadyAssociated", "resource " + id +
                                                    " is already associated with associate-id " +
                                                    text(*address, "associationId"));
  }
  judge_move(call, *address, instance == nullptr ? interface : instance);
  if (!holder.empty()) unbind(call, *address);
  Json* other = address_where(call.world, call.region, "networkInterfaceId", target);
  if (other != nullptr) {
    judge_move(call, *other, nullptr);
    unbind(call, *other);
  }
  associate(call.world, call.region, *address, *interface);
  if (instance != nullptr) {
    (*address)["instanceId"] = instance->at("instanceId");
    refresh_interfaces(call.world, call.region, *instance);
  }
  return Json{{"associationId", text(*address, "associationId")}};
}

Result<Json> disassociate_address(Call& call) {
  TRY(const std::string association, call.params.need("AssociationId"));
  TRY_VOID(call.finish());
  Json* address = address_where(call.world, call.region, "associationId", association);
  if (address == nullptr) {
    return refuse("InvalidAssociationID.NotFound",
                  "The association ID '" + association + "' does not exist");
  }
  judge_move(call, *address, nullptr);
  unbind(call, *address);
  return Json{{"return", true}};
}

Result<Json> release_address(Call& call) {
  TRY(const std::string id, call.params.need("AllocationId"));
  TRY_VOID(call.finish());
  TRY(const Json* address, need_address(call, id));
  if (!text(*address, "associationId").empty()) {
    return refuse("InvalidIPAddress.InUse",
                  "Address " + text(*address, "publicIp") + " is in use.");
  }
  call.erase("address", id);
  return Json{{"return", true}};
}

}  // namespace

void add_address_actions(Actions& actions) {
  actions.insert({{"DescribeAddresses", describe_addresses},
                  {"AllocateAddress", allocate_address},
                  {"AssociateAddress", associate_address},
                  {"DisassociateAddress", disassociate_address},
                  {"ReleaseAddress", release_address}});
}

}  // namespace ec2spotter::sim
