#include "interfaces.hpp"

#include <algorithm>

#include "model/tags.hpp"
#include "moves.hpp"

namespace ec2spotter::storm {
namespace {

const sim::Json* find_root(const std::vector<sim::Json>& volumes, const VolumeId& id) {
  for (const sim::Json& volume : volumes) {
    if (sim::text(volume, "volumeId") == id.str()) return &volume;
  }
  return nullptr;
}

std::vector<sim::Json> interfaces_of(scenario::LocalEc2& ec2, const std::string& machine) {
  std::vector<sim::Json> own = ec2.resources("network-interface");
  std::erase_if(own, [&](const sim::Json& each) {
    return sim::tag_value(each, tag::kRole) != tag::kRoleInterface ||
           sim::tag_value(each, tag::kMachine) != machine;
  });
  return own;
}

// Are they just the one that the machine wants?
bool is_right(const std::vector<sim::Json>& interfaces, const Machine& machine,
              const sim::Json* root) {
  if (!machine.keeps_private_ip || root == nullptr) return interfaces.empty();
  return interfaces.size() == 1 &&
         interfaces[0].at("availabilityZone") == root->at("availabilityZone") &&
         sim::text(interfaces[0], "networkInterfaceId") == sim::tag_value(*root, tag::kInterface) &&
         sim::text(interfaces[0], "status") == "in-use";
}

}  // namespace

void keep_private_ip(Machine& machine) {
  machine.keeps_private_ip = true;
  machine.return_to_spot = {};
  if (machine.on_unhealthy == OnUnhealthy::replace) machine.on_unhealthy = OnUnhealthy::restart;
}

bool must_be_left_first(scenario::LocalEc2& ec2, const std::string& instance,
                        const std::string& root) {
  const auto interfaces = ec2.resources("network-interface");
  const bool holds = std::any_of(interfaces.begin(), interfaces.end(), [&](const sim::Json& each) {
    return sim::tag_value(each, tag::kRole) == tag::kRoleInterface && each.contains("attachment") &&
           sim::text(each.at("attachment"), "instanceId") == instance;
  });
  return holds && is_restored_in_place(ec2, root);
}

std::string wrong_interfaces(scenario::LocalEc2& ec2, const std::vector<Machine>& machines,
                             const std::vector<VolumeId>& roots) {
  const std::vector<sim::Json> volumes = ec2.resources("volume");
  std::string list;
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const auto own = interfaces_of(ec2, machines[i].name.str());
    if (is_right(own, machines[i], find_root(volumes, roots[i]))) continue;
    list += "\n  " + machines[i].name.str() + " with " + std::to_string(own.size());
    for (const sim::Json& each : own) list += " " + each.dump();
  }
  return list;
}

}  // namespace ec2spotter::storm
