// What a machine file says about how its instances are made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/machine.hpp"

namespace ec2spotter {

// All of it apart from the pool. One call may launch instances of one shape only, and a fleet
// launches one shape for as long as it lives.
struct LaunchShape {
  OwnerId owner;
  std::string image, key_name, subnet, device, instance_name, instance_profile, guest_endpoint;
  std::vector<std::string> security_groups;
  std::optional<std::string> max_price;
  Engine engine = Engine::automatic;
  bool adopt = true, guest_helper = true, fix_network = false;
  bool operator==(const LaunchShape&) const = default;
};

LaunchShape launch_shape(const Machine& machine);

// Tells the fleet of a machine file from the fleet of another text of that file: the digest of the
// shape and of what else a fleet is made from. 64 hexadecimal digits.
std::string fleet_fingerprint(const Machine& machine);

}  // namespace ec2spotter
