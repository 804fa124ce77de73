// Running a command for what it prints.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter::aws {

struct ChildOutcome {
  std::string output;
  int status = 0;  // as waitpid gives it
};

// Runs `arguments` without a shell and waits until the command has closed its output and ended. The
// command gets a process group of its own, which until then has the terminal if ours had it: the
// command may ask for a password, and Ctrl-C ends it. Errors: io when it cannot be run; timeout
// when it is not done within `limit`, or has printed more than 64 KiB: its group is then killed.
Result<ChildOutcome> run_child(const std::vector<std::string>& arguments, Duration limit);

}  // namespace ec2spotter::aws
