// The Date header of a reply (RFC 9110, section 5.6.7).
#pragma once

#include <string>

#include "base/clock.hpp"

namespace ec2spotter::sim {

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(TimePoint time);

}  // namespace ec2spotter::sim
