// The action RunInstances.
#pragma once

#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {

Result<Json> run_instances(Call& call);

// The reservation of an instance, without its instances.
Json reservation_json(const Json& instance);

}  // namespace ec2spotter::sim
