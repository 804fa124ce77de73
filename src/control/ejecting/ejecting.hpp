// How a machine becomes an ordinary instance again.
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// The machine as it is launched for the last time: by EC2 itself from the root, on that market and
// without a fleet.
Machine ejecting_machine(const Machine& machine, Market market);

// The instance that an eject has made, which runs with the root as its root disk; nullptr: there is
// none yet.
const Instance* ejected_instance(const Observation& seen, const VolumeId& root);

// Something of the machine, and our tags on it.
struct TaggedResource {
  std::string id;
  std::vector<std::string> keys;
  bool operator==(const TaggedResource&) const = default;
};

// What belongs to that instance: its address, interface, Spot request, data volumes and itself; the
// root comes last, as the machine is found by it until then.
std::vector<TaggedResource> tagged_resources(const Observation& seen, const Instance& instance,
                                             const VolumeId& root);

// Takes our tags away in that order. Running it again goes on. Errors: EC2's.
Result<void> forget(const std::vector<TaggedResource>& resources, aws::Ec2& ec2);

}  // namespace ec2spotter
