// The state of an instance, as EC2 shows it.
#pragma once

#include <string>

#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// {"code": 16, "name": "running"}
Json state_json(const std::string& name);
void set_state(Json& instance, const std::string& name);
std::string state_name(const Json& instance);

}  // namespace ec2spotter::sim
