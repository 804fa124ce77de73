// An instance that is no machine's yet, and what a machine would take over from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/ec2.hpp"

namespace ec2spotter {

// A volume that the instance has, or that an import has taken from it.
struct SourceDisk {
  Volume volume;
  std::string device;  // its name at the instance
  bool attached = false;
  bool delete_on_termination = false;
  bool operator==(const SourceDisk&) const = default;
};

struct ImportSource {
  Instance instance;
  std::vector<SourceDisk> disks = {};  // the root first, then by device
  std::vector<Address> addresses = {};
  std::optional<SpotRequest> request = {};  // of a Spot instance
};

// The volume from which the instance boots, or did before an import took it; nullptr: it has none
// at EC2.
const SourceDisk* root_of(const ImportSource& source);

// As EC2 has it now. Errors: not_found when there is no such instance.
Result<ImportSource> look_at_source(const InstanceId& instance, aws::Ec2& ec2);

// What the tag `imported-from` of a volume, or of an Elastic IP, says: the instance, and the device
// or the address there.
std::string imported_from(const InstanceId& instance, const std::string& place);

}  // namespace ec2spotter
