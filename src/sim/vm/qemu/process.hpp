// Child processes: started without a shell, watched by pidfd, ended with their owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/net/deadline.hpp"
#include "sim/net/fd.hpp"

namespace ec2spotter::sim {

struct SpawnOptions {
  std::vector<std::string> command;  // the program is looked up in $PATH
  int output = -1;                   // descriptor for standard output; -1: discarded
  int errors = -1;                   // likewise for standard error
  int inherited = -1;                // this one arrives in the child as number 3
};

// A running child. It gets SIGKILL when the Child is destroyed, and when the thread that spawned it
// ends, so that nothing outlives a simulator that was itself killed.
class Child {
 public:
  // Errors: io when the program cannot be started.
  static Result<Child> spawn(const SpawnOptions& options);
  Child(Child&&) = default;
  Child& operator=(Child&&) = delete;
  ~Child();

  // Readable once the child has ended.
  int pidfd() const { return pidfd_.get(); }
  void kill();
  // The exit code, or 128 + signal; nullopt when it still runs at the deadline or `cancel` (a
  // descriptor, -1 for none) became readable first.
  std::optional<int> wait(const Deadline& deadline, int cancel = -1);

 private:
  explicit Child(Fd pidfd) : pidfd_(std::move(pidfd)) {}
  Fd pidfd_;
  std::optional<int> exit_code_;
};

// Runs a short command and returns its standard output. Errors: io when it cannot be started or
// ends with another code than 0 (the message has its standard error), timeout, interrupted when
// `cancel` became readable.
Result<std::string> run_tool(const std::vector<std::string>& command, Duration timeout, int cancel);

}  // namespace ec2spotter::sim
