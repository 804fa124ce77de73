// The exit codes, documented in the manual.
#pragma once

#include "base/result.hpp"

namespace ec2spotter::cli {

enum class ExitStatus : int {
  done = 0,
  failed = 1,
  usage = 2,
  refused = 3,
  unauthorized = 4,
  no_capacity = 5,
  interrupted = 130,
};

ExitStatus exit_status(Errc code);

}  // namespace ec2spotter::cli
