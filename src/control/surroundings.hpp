// The controller's side effects other than EC2, as small interfaces that tests replace.
#pragma once

#include <string>
#include <vector>

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

struct Endpoint {
  std::string host;  // an IPv4 address
  int port = 22;
};

// Looks at a machine from outside.
class Prober {
 public:
  virtual ~Prober() = default;
  // Does an SSH server greet there? Asks all at once, and takes a few seconds at most; the answers
  // are in the order of the questions.
  virtual std::vector<bool> ssh_answers(const std::vector<Endpoint>& endpoints) = 0;
};

// Hears of each decision; prints it when it is new to a person.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void on_decision(const Machine& machine, const Decision& decision) = 0;
  virtual void on_step_failed(const Machine& machine, const Step& step, const Error& error) = 0;
  // EC2 could not be asked; no machine had its turn.
  virtual void on_trouble(const Error& error) = 0;
};

}  // namespace ec2spotter
