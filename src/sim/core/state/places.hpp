// The regions, and what each holds from the start.
#pragma once

#include <string>
#include <vector>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

bool is_region(const std::string& name);
std::vector<std::string> region_names();

struct Zone {
  std::string name;  // us-east-1a
  std::string id;    // use1-az1
};
std::vector<Zone> zones_of(const std::string& region);
// "us-east-1a" of `zone`, or of the id "use1-az1"; empty when there is none.
std::string zone_of(World& world, const std::string& region, const std::string& zone,
                    const std::string& zone_id);

std::string group_arn(const std::string& region, const std::string& group_id);
// The rule of a new security group: everything may go out.
Json everywhere();

// Gives every region a default VPC, a default subnet a zone and a default security group.
void furnish_regions(World& world);

}  // namespace ec2spotter::sim
