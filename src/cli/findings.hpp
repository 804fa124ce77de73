// What may keep a machine from coming back on its next body, or from being reached there.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "aws/ec2.hpp"
#include "control/checks/finding.hpp"
#include "control/pools/pool_check.hpp"
#include "model/decision.hpp"

namespace ec2spotter::cli {

// Reads the console of `body`, on which the boot program says what it has found on the volume.
// Errors: EC2's.
Result<std::vector<Finding>> examine(const InstanceId& body, aws::Ec2& ec2);

// The right to read the console is missing.
Finding denied_console(const Error& error);
// What keeps the machine from going on by itself, as `status` says it; nullopt: nothing does.
std::optional<Finding> obstacle(const Decision& decision);
// EC2 refuses a launch from this pool.
Finding refused_pool(const PoolRefusal& refusal);

nlohmann::json to_json(const std::vector<Finding>& findings);

}  // namespace ec2spotter::cli
