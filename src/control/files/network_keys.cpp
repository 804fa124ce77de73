#include "control/files/network_keys.hpp"

namespace ec2spotter {
namespace {

Problem set_private_ip(Machine& machine, const std::string& value) {
  if (value != "keep" && value != "any") return "must be \"keep\" or \"any\"";
  machine.keeps_private_ip = value == "keep";
  return std::nullopt;
}

}  // namespace

const Setters& network_setters() {
  static const Setters kSetters{
      {"private_ip", text(set_private_ip)},
  };
  return kSetters;
}

const char* contradicts_kept_address(const Machine& machine) {
  if (!machine.keeps_private_ip) return nullptr;
  if (machine.unattended.value_or(false)) {
    return "private_ip = \"keep\" is not for unattended machines: a fleet launches no instance "
           "on a network interface that is kept; remove one of them";
  }
  if (machine.return_to_spot.when != ReturnToSpot::When::never) {
    return "private_ip = \"keep\" and return_to_spot contradict each other: the next instance "
           "could be launched only after the working one has ended; remove one of them";
  }
  if (machine.on_unhealthy == OnUnhealthy::replace) {
    return "private_ip = \"keep\" and on_unhealthy = \"replace\" contradict each other: the next "
           "instance could be launched only after the present one has ended; use report or restart";
  }
  return nullptr;
}

}  // namespace ec2spotter
