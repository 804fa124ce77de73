// The body of a Query call: application/x-www-form-urlencoded.
#pragma once

#include <string_view>

#include "sim/core/call/params.hpp"

namespace ec2spotter::sim {

// Names and values decoded; of a name that comes twice, the last one. A '%' that starts no hex pair
// stands for itself.
ParamMap parse_form(std::string_view body);

}  // namespace ec2spotter::sim
