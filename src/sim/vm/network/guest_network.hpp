// The address plan of a guest's user-mode network.
#pragma once

#include <string>

#include "base/result.hpp"

namespace ec2spotter::sim {

// QEMU forwards a guest's connection to a command only for addresses inside the guest's network, so
// the network is the smallest that holds both the private address and 169.254.169.254.
struct GuestNetwork {
  std::string network;  // CIDR, for example 168.0.0.0/5
  std::string router;   // as in a subnet of EC2: first address of the /20
  std::string resolver;

  bool operator==(const GuestNetwork&) const = default;
};

// Errors: invalid for what is not an IPv4 address.
Result<GuestNetwork> guest_network(const std::string& private_ip);

}  // namespace ec2spotter::sim
