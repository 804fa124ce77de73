// Elastic IPs.
#include "sim/core/call.hpp"
#include "sim/core/life.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr const char* kAssociationKeys[] = {"instanceId", "associationId", "networkInterfaceId",
                                            "privateIpAddress", "networkInterfaceOwnerId"};

Result<Json> describe_addresses(Call& call) {
  static const FilterPaths kPaths{{"allocation-id", "allocationId"},
                                  {"association-id", "associationId"},
                                  {"public-ip", "publicIp"},
                                  {"instance-id", "instanceId"},
                                  {"network-interface-id", "networkInterfaceId"},
                                  {"domain", "domain"}};
  const auto ips = call.params.list("PublicIp");
  TRY(Json reply, describe(call, {.kind = "address",
                                  .id_parameter = "AllocationId",
                                  .not_found = "InvalidAllocationID.NotFound",
                                  .set = "addressesSet",
                                  .filters = &kPaths,
                                  .paged = false}));
  if (ips.empty()) return reply;
  Json kept = Json::array();
  for (const std::string& ip : ips) {
    for (const Json& address : reply["addressesSet"]) {
      if (text(address, "publicIp") == ip) kept.push_back(address);
    }
  }
  if (kept.size() < ips.size()) {
    return refuse("InvalidAddress.NotFound", "Address '" + ips[0] + "' not found.");
  }
  return Json{{"addressesSet", std::move(kept)}};
}

Result<Json> allocate_address(Call& call) {
  static_cast<void>(call.params.get("Domain"));
  TRY(Json tags, read_tags(call.params, "elastic-ip"));
  TRY_VOID(call.finish());
  const std::string id = call.world.new_id("eipalloc-");
  const auto part = [&] { return std::to_string(1 + call.world.draw(250)); };
  const std::string ip =
      "127." + std::to_string(220 + call.world.draw(30)) + "." + part() + "." + part();
  call.table("address")[id] = {{"allocationId", id},
                               {"publicIp", ip},
                               {"domain", "vpc"},
                               {"publicIpv4Pool", "amazon"},
                               {"networkBorderGroup", call.region},
                               {"tagSet", std::move(tags)}};
  return Json{{"allocationId", id},
              {"publicIp", ip},
              {"domain", "vpc"},
              {"publicIpv4Pool", "amazon"},
              {"networkBorderGroup", call.region}};
}

Result<Json*> need_address(Call& call, const std::string& id) {
  Json* address = call.find("address", id);
  if (address != nullptr) return address;
  return refuse("InvalidAllocationID.NotFound", "The allocation ID '" + id + "' does not exist");
}

// The address leaves its instance, which gets back the address that EC2 gave it at launch.
void unbind(Call& call, Json& address) {
  Json* instance = call.find("instance", text(address, "instanceId"));
  for (const char* key : kAssociationKeys) address.erase(key);
  static_cast<void>(call.world.bodies().route_address(text(address, "publicIp"), ""));
  if (instance == nullptr || state_name(*instance) == "terminated") return;
  (*instance)["ipAddress"] = text(*instance, "_own_ip");
}

Result<Json> associate_address(Call& call) {
  TRY(const std::string id, call.params.need("AllocationId"));
  std::string instance_id = call.params.get_or("InstanceId", "");
  const std::string interface_id = call.params.get_or("NetworkInterfaceId", "");
  static_cast<void>(call.params.get("PrivateIpAddress"));
  TRY(const bool move, call.params.flag("AllowReassociation", true));
  TRY_VOID(call.finish());
  TRY(Json * address, need_address(call, id));
  if (!interface_id.empty()) {
    const Json* interface = call.find("network-interface", interface_id);
    if (interface == nullptr) {
      return refuse("InvalidNetworkInterfaceID.NotFound", "No interface '" + interface_id + "'");
    }
    instance_id = text(interface->value("attachment", Json::object()), "instanceId");
  }
  Json* instance = call.find("instance", instance_id);
  if (instance == nullptr) {
    return refuse("InvalidInstanceID.NotFound",
                  "The instance ID '" + instance_id + "' does not exist");
  }
  if (state_name(*instance) != "running" && state_name(*instance) != "stopped") {
    return refuse("IncorrectInstanceState",
                  "The instance '" + instance_id + "' is " + state_name(*instance));
  }
  const std::string holder = text(*address, "instanceId");
  if (holder == instance_id)
    return Json{{"return", true}, {"associationId", text(*address, "associationId")}};
  if (!holder.empty() && !move) {
    return refuse("Resource.AlreadyAssociated", "resource " + id +
                                                    " is already associated with associate-id " +
                                                    text(*address, "associationId"));
  }
  if (!holder.empty()) unbind(call, *address);
  const std::string ip = text(*address, "publicIp");
  TRY_VOID(call.world.bodies().route_address(ip, instance_id));
  (*address)["instanceId"] = instance_id;
  (*address)["associationId"] = call.world.new_id("eipassoc-");
  (*address)["privateIpAddress"] = text(*instance, "privateIpAddress");
  (*address)["networkInterfaceOwnerId"] = kAccount;
  if (!instance->at("networkInterfaceSet").empty()) {
    (*address)["networkInterfaceId"] =
        text(instance->at("networkInterfaceSet")[0], "networkInterfaceId");
  }
  (*instance)["ipAddress"] = ip;
  return Json{{"return", true}, {"associationId", text(*address, "associationId")}};
}

Result<Json> disassociate_address(Call& call) {
  TRY(const std::string association, call.params.need("AssociationId"));
  TRY_VOID(call.finish());
  for (auto& [id, address] : call.table("address")) {
    if (text(address, "associationId") != association) continue;
    unbind(call, address);
    return Json{{"return", true}};
  }
  return refuse("InvalidAssociationID.NotFound",
                "The association ID '" + association + "' does not exist");
}

Result<Json> release_address(Call& call) {
  TRY(const std::string id, call.params.need("AllocationId"));
  TRY_VOID(call.finish());
  TRY(const Json* address, need_address(call, id));
  if (!text(*address, "associationId").empty()) {
    return refuse("InvalidIPAddress.InUse",
                  "Address " + text(*address, "publicIp") + " is in use.");
  }
  call.table("address").erase(id);
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
