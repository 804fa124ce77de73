// Network interfaces as resources: made, attached, freed; and the public address of an instance.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

struct NewInterface {
  std::string subnet_id;
  std::string private_ip = {};  // empty: any free one
  std::string description = {};
  std::vector<std::string> group_ids = {}, group_names = {};  // both empty: the default group
  Json tags = Json::array();
};

// Makes an interface that is available. Errors: InvalidSubnetID.NotFound, InvalidGroup.NotFound,
// InvalidIPAddress.InUse, InvalidParameterValue, InsufficientFreeAddressesInSubnet.
Result<Json*> make_interface(World& world, const std::string& region, const NewInterface& wanted);

// The group set of those groups in that VPC. Errors: InvalidGroup.NotFound.
Result<Json> group_set(World& world, const std::string& region, const NewInterface& wanted,
                       const std::string& vpc);

// The instance keeps the ids of what was attached to it as `_interfaces`.
struct Attach {
  long device_index = 0;
  bool delete_on_termination = true;
};
void attach_interface(World& world, Json& instance, Json& interface, const Attach& attach);

// Updates the instance's interfaces, groups and public address from the tables, and routes the
// address to it while it runs.
void refresh_interfaces(World& world, const std::string& region, Json& instance);

// The address, which is free, points to the interface from now on.
void associate(World& world, const std::string& region, Json& address, Json& interface);

// The instance has ended: its interfaces are deleted, or available again with their address. Is one
// available again?
bool free_interfaces(World& world, const std::string& region, const Json& instance);
void delete_interface(World& world, const std::string& region, const std::string& interface_id);

// The address with this value at `key`, or null.
Json* address_where(World& world, const std::string& region, const char* key,
                    const std::string& value);
// The address points nowhere.
void clear_association(Json& address);

// A free public address of the loopback net.
std::string new_public_ip(World& world);
long free_addresses(const Json& subnet);

// ip-172-31-0-4.ec2.internal
std::string private_dns_name(const std::string& region, const std::string& ip);

}  // namespace ec2spotter::sim
