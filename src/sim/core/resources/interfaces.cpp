#include "sim/core/resources/interfaces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

// A /20; EC2 keeps its first four addresses and the last.
constexpr int kFirstHost = 4;
constexpr int kLastHost = 4094;

// "172.31.16" of the subnet's block, as the third byte's start.
int third_byte(const Json& subnet) {
  const std::string cidr = text(subnet, "cidrBlock");
  const std::size_t second_dot = cidr.find('.', cidr.find('.') + 1);
  return static_cast<int>(std::strtol(cidr.c_str() + second_dot + 1, nullptr, 10));
}

std::string host_ip(const Json& subnet, int host) {
  return fmt::format("172.31.{}.{}", third_byte(subnet) + host / 256, host % 256);
}

// The interfaces of a subnet by their address: it has thousands, and each launch asks.
const Json& used_ips(const Json& subnet) {
  static const Json kNone = Json::object();
  const auto used = subnet.find("_ips");
  return used == subnet.end() ? kNone : *used;
}

Result<std::string> choose_ip(const Json& subnet, const std::string& wanted) {
  const Json& used = used_ips(subnet);
  for (int host = kFirstHost; host <= kLastHost; ++host) {
    std::string ip = host_ip(subnet, host);
    if (wanted.empty() ? used.contains(ip) : ip != wanted) continue;
    if (!used.contains(ip)) return ip;
    return refuse("InvalidIPAddress.InUse", "The address " + ip + " is in use.");
  }
  if (wanted.empty()) {
    return refuse("InsufficientFreeAddressesInSubnet",
                  "There are not enough free addresses in subnet " + text(subnet, "subnetId"));
  }
  return refuse("InvalidParameterValue", "Address " + wanted + " does not fall within the subnet");
}

std::string new_mac(World& world) {
  std::string mac = "06";
  for (int i = 0; i < 5; ++i) mac += fmt::format(":{:02x}", world.draw(256));
  return mac;
}

std::string public_dns_name(const std::string& region, std::string ip) {
  std::replace(ip.begin(), ip.end(), '.', '-');
  return "ec2-" + ip + (region == "us-east-1" ? ".compute-1" : "." + region + ".compute") +
         ".amazonaws.com";
}

Json in_instance(const Json& interface) {
  Json shown = interface;
  for (const char* key : {"availabilityZone", "requesterManaged", "tagSet"}) shown.erase(key);
  shown["attachment"].erase("instanceId");
  shown["attachment"].erase("instanceOwnerId");
  if (shown.contains("association")) {
    shown["association"].erase("allocationId");
    shown["association"].erase("associationId");
    for (Json& address : shown["privateIpAddressesSet"]) {
      address["association"] = shown["association"];
    }
  }
  return shown;
}

bool attached_to(const Json& interface, const std::string& instance_id) {
  const auto attachment = interface.find("attachment");
  return attachment != interface.end() &&
         attachment->at("instanceId").get_ref<const std::string&>() == instance_id;
}

// By device index; those that were detached since they were noted are left out.
std::map<long, Json*> interfaces_of(World& world, const std::string& region, const Json& instance) {
  std::map<long, Json*> attached;
  const auto noted = instance.find("_interfaces");
  if (noted == instance.end()) return attached;
  for (const Json& id : *noted) {
    Json* interface = world.find(region, "network-interface", id.get_ref<const std::string&>());
    if (interface == nullptr || !attached_to(*interface, text(instance, "instanceId"))) continue;
    attached[interface->at("attachment").at("deviceIndex").get<long>()] = interface;
  }
  return attached;
}

// The interface shows the address that is associated with it.
void show_association(const std::string& region, const Json& address, Json& interface) {
  const std::string ip = text(address, "publicIp");
  interface["association"] = {{"publicIp", ip},
                              {"publicDnsName", public_dns_name(region, ip)},
                              {"ipOwnerId", kAccount},
                              {"allocationId", address.at("allocationId")},
                              {"associationId", address.at("associationId")}};
}

// The primary interface's Elastic IP, else the address that came with the launch.
void set_public_ip(World& world, const std::string& region, Json& instance, Json& interface) {
  const std::string own = state_name(instance) == "stopped" ? "" : text(instance, "_own_ip");
  Json* address =
      address_where(world, region, "networkInterfaceId", text(interface, "networkInterfaceId"));
  const std::string ip = address != nullptr ? text(*address, "publicIp") : own;
  interface.erase("association");
  instance.erase("ipAddress");
  instance["dnsName"] = "";
  if (ip.empty()) return;
  instance["ipAddress"] = ip;
  instance["dnsName"] = public_dns_name(region, ip);
  interface["association"] = {
      {"publicIp", ip}, {"publicDnsName", instance["dnsName"]}, {"ipOwnerId", "amazon"}};
  if (address != nullptr) {
    (*address)["instanceId"] = instance.at("instanceId");
    show_association(region, *address, interface);
  }
  if (state_name(instance) == "running") {
    static_cast<void>(world.bodies().route_address(ip, text(instance, "instanceId")));
  }
}

}  // namespace

Result<Json> group_set(World& world, const std::string& region, const NewInterface& wanted,
                       const std::string& vpc) {
  Json set = Json::array();
  std::set<std::string> missing(wanted.group_ids.begin(), wanted.group_ids.end());
  missing.insert(wanted.group_names.begin(), wanted.group_names.end());
  const bool none = missing.empty();
  for (const auto& [id, group] : world.table(region, "security-group")) {
    const std::string name = text(group, "groupName");
    const bool named = std::count(wanted.group_ids.begin(), wanted.group_ids.end(), id) +
                           std::count(wanted.group_names.begin(), wanted.group_names.end(), name) >
                       0;
    if (text(group, "vpcId") != vpc || (none ? name != "default" : !named)) continue;
    set.push_back({{"groupId", id}, {"groupName", name}});
    missing.erase(id);
    missing.erase(name);
  }
  if (missing.empty()) return set;
  return refuse("InvalidGroup.NotFound",
                "The security group '" + *missing.begin() + "' does not exist in " + vpc);
}

Result<Json*> make_interface(World& world, const std::string& region, const NewInterface& wanted) {
  Json* subnet = world.find(region, "subnet", wanted.subnet_id);
  if (subnet == nullptr) {
    return refuse("InvalidSubnetID.NotFound",
                  "The subnet ID '" + wanted.subnet_id + "' does not exist");
  }
  const std::string vpc = text(*subnet, "vpcId");
  TRY(Json groups, group_set(world, region, wanted, vpc));
  TRY(const std::string ip, choose_ip(*subnet, wanted.private_ip));
  const std::string id = world.new_id("eni-");
  const std::string dns = private_dns_name(region, ip);
  (*subnet)["_ips"][ip] = id;
  Json& made = world.put(region, "network-interface", id);
  made = {{"networkInterfaceId", id},
          {"subnetId", wanted.subnet_id},
          {"vpcId", vpc},
          {"availabilityZone", text(*subnet, "availabilityZone")},
          {"description", wanted.description},
          {"ownerId", kAccount},
          {"requesterManaged", false},
          {"status", "available"},
          {"interfaceType", "interface"},
          {"macAddress", new_mac(world)},
          {"privateIpAddress", ip},
          {"privateDnsName", dns},
          {"privateIpAddressesSet",
           Json::array({{{"privateIpAddress", ip}, {"privateDnsName", dns}, {"primary", true}}})},
          {"ipv6AddressesSet", Json::array()},
          {"sourceDestCheck", true},
          {"groupSet", std::move(groups)},
          {"tagSet", wanted.tags}};
  return &made;
}

void attach_interface(World& world, Json& instance, Json& interface, const Attach& attach) {
  instance["_interfaces"].push_back(interface.at("networkInterfaceId"));
  interface["status"] = "in-use";
  interface["attachment"] = {{"attachmentId", world.new_id("eni-attach-")},
                             {"instanceId", instance.at("instanceId")},
                             {"instanceOwnerId", kAccount},
                             {"deviceIndex", attach.device_index},
                             {"networkCardIndex", 0},
                             {"status", "attached"},
                             {"attachTime", world.timestamp()},
                             {"deleteOnTermination", attach.delete_on_termination}};
}

void associate(World& world, const std::string& region, Json& address, Json& interface) {
  address["associationId"] = world.new_id("eipassoc-");
  address["networkInterfaceId"] = interface.at("networkInterfaceId");
  address["networkInterfaceOwnerId"] = kAccount;
  address["privateIpAddress"] = text(interface, "privateIpAddress");
  show_association(region, address, interface);
}

void refresh_interfaces(World& world, const std::string& region, Json& instance) {
  Json set = Json::array();
  for (const auto& [index, interface] : interfaces_of(world, region, instance)) {
    if (index == 0) {
      set_public_ip(world, region, instance, *interface);
      instance["groupSet"] = interface->at("groupSet");
      instance["sourceDestCheck"] = interface->at("sourceDestCheck");
    } else if (Json* address = address_where(world, region, "networkInterfaceId",
                                             text(*interface, "networkInterfaceId"))) {
      (*address)["instanceId"] = instance.at("instanceId");
      show_association(region, *address, *interface);
    }
    set.push_back(in_instance(*interface));
  }
  instance["networkInterfaceSet"] = std::move(set);
}

bool free_interfaces(World& world, const std::string& region, const Json& instance) {
  bool kept = false;
  for (const auto& [index, interface] : interfaces_of(world, region, instance)) {
    const std::string id = text(*interface, "networkInterfaceId");
    const bool doomed = interface->at("attachment").at("deleteOnTermination").get<bool>();
    Json* address = address_where(world, region, "networkInterfaceId", id);
    if (address != nullptr) {
      address->erase("instanceId");
      static_cast<void>(world.bodies().route_address(text(*address, "publicIp"), ""));
    } else {
      interface->erase("association");
    }
    interface->erase("attachment");
    (*interface)["status"] = "available";
    if (doomed) delete_interface(world, region, id);
    kept = kept || !doomed;
  }
  return kept;
}

void delete_interface(World& world, const std::string& region, const std::string& interface_id) {
  if (Json* address = address_where(world, region, "networkInterfaceId", interface_id)) {
    clear_association(*address);
  }
  const Json* doomed = world.find(region, "network-interface", interface_id);
  if (doomed == nullptr) return;
  if (Json* subnet = world.find(region, "subnet", text(*doomed, "subnetId"))) {
    (*subnet)["_ips"].erase(text(*doomed, "privateIpAddress"));
  }
  world.erase(region, "network-interface", interface_id);
}

Json* address_where(World& world, const std::string& region, const char* key,
                    const std::string& value) {
  return world.find_where(region, "address",
                          [&](const Json& address) { return text(address, key) == value; });
}

void clear_association(Json& address) {
  for (const char* key : {"instanceId", "associationId", "networkInterfaceId", "privateIpAddress",
                          "networkInterfaceOwnerId"}) {
    address.erase(key);
  }
}

std::string new_public_ip(World& world) {
  while (true) {
    std::string ip =
        fmt::format("127.{}.{}.{}", 16 + world.draw(230), 1 + world.draw(250), 1 + world.draw(250));
    if (world.take_public_ip(ip)) return ip;
  }
}

long free_addresses(const Json& subnet) {
  return kLastHost - kFirstHost + 1 - static_cast<long>(used_ips(subnet).size());
}

std::string private_dns_name(const std::string& region, const std::string& ip) {
  std::string host = ip;
  std::replace(host.begin(), host.end(), '.', '-');
  return "ip-" + host +
         (region == "us-east-1" ? ".ec2.internal" : "." + region + ".compute.internal");
}

}  // namespace ec2spotter::sim
