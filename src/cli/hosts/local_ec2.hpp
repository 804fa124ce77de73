// The control API of a local EC2 (docs/simulator.md), which stands in for what EC2 does by itself.
#pragma once

#include <string>

#include "base/result.hpp"

namespace ec2spotter::cli {

// Calls /_sim/`path` at `endpoint`; an empty `body` reads. Errors: transport when no local EC2
// answers there, invalid with its sentence when it refuses the call.
Result<std::string> call_local_ec2(const std::string& endpoint, const std::string& path,
                                   const std::string& body);

// Does a local EC2 answer there? What is asked changes nothing, so AWS may be asked as well.
bool is_local_ec2(const std::string& endpoint);

}  // namespace ec2spotter::cli
