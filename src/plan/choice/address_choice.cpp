#include "plan/choice/address_choice.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

std::optional<std::string> other_owner(const Address& address, const Machine& machine) {
  const std::string owner = tag::value(address.tags, tag::kOwner);
  const std::string name = tag::value(address.tags, tag::kMachine);
  const bool others = (!owner.empty() && owner != machine.owner.str()) ||
                      (!name.empty() && name != machine.name.str());
  if (!others) return std::nullopt;
  return "machine '" + name + "' of owner '" + owner + "'";
}

}  // namespace

std::optional<std::string> other_user(const Address& address, const Machine& machine,
                                      const Observation& seen) {
  if (lacks(Cure::foreign_addresses)) return std::nullopt;
  if (auto owner = other_owner(address, machine)) return owner;
  if (address.instance.empty()) {
    if (address.association.empty() && address.network_interface.empty()) return std::nullopt;
    const bool kept = std::any_of(
        seen.interfaces.begin(), seen.interfaces.end(),
        [&](const NetworkInterface& each) { return each.id == address.network_interface; });
    if (kept) return std::nullopt;
    return "network interface " + address.network_interface.str();
  }
  const bool ours = std::any_of(seen.bodies.begin(), seen.bodies.end(),
                                [&](const Instance& body) { return body.id == address.instance; });
  return ours ? std::nullopt : std::optional("instance " + address.instance.str());
}

const std::string& host_of(const Instance& body, const Observation& seen) {
  const bool here = seen.address && seen.address->instance == body.id;
  return here ? seen.address->public_ip : body.public_ip;
}

}  // namespace ec2spotter
