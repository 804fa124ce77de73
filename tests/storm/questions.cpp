#include "questions.hpp"

#include <algorithm>

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

std::string allocation_of(const Machine& machine, scenario::LocalEc2& ec2) {
  for (const sim::Json& address : ec2.resources("address")) {
    if (address.at("publicIp").get<std::string>() == machine.elastic_ip)
      return address.at("allocationId");
  }
  return {};
}

}  // namespace ec2spotter::storm
