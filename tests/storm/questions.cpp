#include "questions.hpp"

#include <algorithm>

#include "model/tags.hpp"

namespace ec2spotter::storm {

bool is_root_disk(const sim::Json& disk, const std::vector<VolumeId>& roots) {
  const VolumeId id(disk.at("ebs").at("volumeId").get<std::string>());
  return std::find(roots.begin(), roots.end(), id) != roots.end();
}

bool takes_root_with_it(const sim::Json& instance, const std::vector<VolumeId>& roots) {
  const sim::Json& disks = instance.at("blockDeviceMapping");
  return std::any_of(disks.begin(), disks.end(), [&](const sim::Json& disk) {
    return is_root_disk(disk, roots) && disk.at("ebs").at("deleteOnTermination").get<bool>();
  });
}

std::size_t data_volumes(const std::vector<Machine>& machines) {
  std::size_t count = 0;
  for (const Machine& machine : machines) count += machine.data_volumes.size();
  return count;
}

std::string allocation_of(const Machine& machine, scenario::LocalEc2& ec2) {
  for (const sim::Json& address : ec2.resources("address")) {
    if (address.at("publicIp").get<std::string>() == machine.elastic_ip)
      return address.at("allocationId");
  }
  return {};
}

std::string surplus_bodies(scenario::LocalEc2& ec2) {
  std::string list;
  for (const sim::Json& body : ec2.living()) {
    const std::string id = body.at("instanceId");
    if (ec2.holder(sim::tag_value(body, tag::kBodyOf)) == id) continue;
    list += "\n  " + id + " " + std::string(body.at("instanceState").at("name")) + " " +
            body.value("spotInstanceRequestId", "") + " " + body.at("tagSet").dump();
  }
  return list;
}

std::vector<sim::Json> living_as_shown(scenario::LocalEc2& ec2) {
  std::vector<sim::Json> shown;
  for (const sim::Json& instance : ec2.living()) {
    sim::Json& copy = shown.emplace_back(sim::Json::object());
    for (const auto& [key, value] : instance.items()) {
      if (!key.starts_with('_')) copy[key] = value;
    }
  }
  return shown;
}

}  // namespace ec2spotter::storm
