// Whose an Elastic IP is: rule S4 for addresses; and where a body is reached. Pure.
#pragma once

#include <optional>
#include <string>

#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Who or what else has this address; nullopt: the machine may tag and move it. `seen` knows
// the machine's bodies and interfaces. An address at another network interface without an instance
// serves an appliance or a load balancer. Source: EC2 API reference, "Address".
std::optional<std::string> other_user(const Address& address, const Machine& machine,
                                      const Observation& seen);

// The address at which the body is reached: the machine's if the body has it, else its own; empty
// if it has no address.
const std::string& host_of(const Instance& body, const Observation& seen);

}  // namespace ec2spotter
