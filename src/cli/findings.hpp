// What may keep a machine from coming back on its next body, or from being reached there.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "model/observation.hpp"

namespace ec2spotter::cli {

struct Finding {
  std::string check;               // "network"
  std::vector<std::string> files;  // on the volume
  std::string because, cure;       // a sentence each
};

// Reads the console of `body`, on which the boot program says what it has found on the volume.
// Errors: EC2's.
Result<std::vector<Finding>> examine(const InstanceId& body, aws::Ec2& ec2);

nlohmann::json to_json(const std::vector<Finding>& findings);

}  // namespace ec2spotter::cli
