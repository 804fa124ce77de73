// The controller's side effects other than EC2, as small interfaces that tests replace.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "model/decision.hpp"

namespace ec2spotter {

// Lets time pass.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // Returns at `until`, or earlier with false when the user asked to stop.
  virtual bool wait_until(TimePoint until) = 0;
};

// Looks at a machine from outside.
class Prober {
 public:
  virtual ~Prober() = default;
  // Does an SSH server greet at `host`, an IPv4 address? Bounded to about two seconds.
  virtual bool ssh_answers(const std::string& host, int port) = 0;
};

// Hears of each decision; prints it when it is new to a person.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void on_decision(const Machine& machine, const Decision& decision) = 0;
  virtual void on_step_failed(const Step& step, const Error& error) = 0;
};

}  // namespace ec2spotter
