// Carries an import out: looks, does the first step that is left, and looks again.
#pragma once

#include <functional>

#include "control/importing/import_plan.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter {

// Rule S2. Errors: refused when another volume is the root of a machine of that name.
Result<void> check_name_is_free(const Machine& machine, aws::Ec2& ec2);

struct ImportOptions {
  bool end_source = false;
  Duration deadline = kDriveDeadline;
  // Is told of each step before it is sent.
  std::function<void(const ImportStep&)> on_step = {};
};

// Takes the disks of a checked source (check_importable) for the machine. Each step is sent only
// when EC2 shows those before it, and looks first: before the instance stops or ends, EC2 must show
// that it keeps each of its volumes (rule S3), and a volume is detached only from a stopped
// instance (rule S7).
// Errors: EC2's; timeout after `deadline`; interrupted when the user asked to stop. Whatever
// happened, running it again goes on from what EC2 shows.
Result<void> import_instance(const InstanceId& source, const Machine& machine,
                             const Controls& controls, const ImportOptions& options);

}  // namespace ec2spotter
