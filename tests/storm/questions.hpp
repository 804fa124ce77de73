// Questions that the storm asks the local EC2.
#pragma once

#include <string>
#include <vector>

#include "local_ec2.hpp"

namespace ec2spotter::storm {

// `disk`: of an instance's block device mapping.
bool is_root_disk(const sim::Json& disk, const std::vector<VolumeId>& roots);

// Would EC2 delete a root together with this instance?
bool takes_root_with_it(const sim::Json& instance, const std::vector<VolumeId>& roots);

// How many data volumes these machines have.
std::size_t data_volumes(const std::vector<Machine>& machines);

// Of the machine's Elastic IP; empty: it has none.
std::string allocation_of(const Machine& machine, scenario::LocalEc2& ec2);

// The living instances that have not got their root, for a message.
std::string surplus_bodies(scenario::LocalEc2& ec2);

// The living instances without what the simulator notes for itself.
std::vector<sim::Json> living_as_shown(scenario::LocalEc2& ec2);

}  // namespace ec2spotter::storm
