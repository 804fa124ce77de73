// The regions, and what each holds from the start.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
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

// What EC2 says of a zone: available, information, impaired, unavailable or constrained; and
// whether the account has opted in.
struct ZoneState {
  std::string state = "available";
  std::string opt_in = "opt-in-not-required";  // or opted-in, not-opted-in
};
ZoneState zone_state(const World& world, const std::string& zone);
// From now on. A zone that the account has not opted in to has no subnets, so nothing can be made
// there. Errors: invalid, with a sentence, for an unknown zone or value, or a zone that is in use.
Result<void> set_zone_state(World& world, const std::string& zone, const ZoneState& state);

std::string group_arn(const std::string& region, const std::string& group_id);
// The rule of a new security group: everything may go out.
Json everywhere();

// Gives every region a default VPC, a default subnet a zone and a default security group.
void furnish_regions(World& world);

}  // namespace ec2spotter::sim
