// The state of an instance, as EC2 shows it and as its body needs it.
#pragma once

#include <string>

#include "sim/core/state/body.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// {"code": 16, "name": "running"}
Json state_json(const std::string& name);
void set_state(Json& instance, const std::string& name);
std::string state_name(const Json& instance);

// The volume at the root's device name, or empty.
std::string root_volume_of(const Json& instance);
// Does it run a guest? While its root is replaced, and when that has left it without one, an
// instance is running and has none.
bool has_power(const Json& instance);
// What its body needs to be switched on.
BodySpec body_spec(const Json& instance);

}  // namespace ec2spotter::sim
