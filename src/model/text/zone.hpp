// The names of availability zones.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ec2spotter {

// The region that a zone lies in, from its name: us-west-2 of us-west-2a, of the local zone
// us-west-2-lax-1a and of the Wavelength zone us-west-2-wl1-las-wlz-1. Errors: invalid, where the
// text is a zone's id (usw2-az1), a region, or not the name of a zone.
// Source: EC2 user guide, "Regions and Zones".
Result<std::string> region_of_zone(std::string_view zone);

// The same; empty where the zone's name does not tell.
std::string region_of_place(const std::string& zone);

}  // namespace ec2spotter
