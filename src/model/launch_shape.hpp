// What a machine file says about how its instances are made.
#pragma once

#include <string>
#include <tuple>

#include "model/machine.hpp"

namespace ec2spotter {

// All of it apart from the pool, for comparison. One call may launch instances of one shape only,
// and a fleet launches one shape for as long as it lives. The machine outlives it.
inline auto launch_shape(const Machine& machine) {
  return std::tie(machine.owner, machine.image, machine.key_name, machine.subnet, machine.subnets,
                  machine.device, machine.instance_name, machine.instance_profile,
                  machine.guest_endpoint, machine.security_groups, machine.max_price,
                  machine.engine, machine.adopt, machine.guest_helper, machine.fix_network,
                  machine.tags);
}

// Tells the fleet of a machine file from the fleet of another text of that file: the digest of the
// shape and of what else a fleet is made from. 64 hexadecimal digits.
std::string fleet_fingerprint(const Machine& machine);

}  // namespace ec2spotter
