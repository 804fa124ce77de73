// The controller's side effects other than EC2, as small interfaces that tests replace.
#pragma once

#include <string>
#include <vector>

#include "aws/ec2.hpp"
#include "base/clock.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// Lets time pass.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // Returns when `time` has passed, or earlier with false when the user asked to stop.
  virtual bool wait(Duration time) = 0;
};

struct Endpoint {
  std::string host;  // an IPv4 address
  int port = 22;
  bool wants_host_key = false;  // which costs both sides a little computing
};

struct SshAnswer {
  bool greets = false;   // an SSH server does
  std::string host_key;  // SHA-256 of its host key, where that was wanted and told; else empty
};

// Looks at a machine from outside.
class Prober {
 public:
  virtual ~Prober() = default;
  // Asks all at once, and takes a few seconds at most for some hundred; the answers are in the
  // order of the questions.
  virtual std::vector<SshAnswer> ssh_answers(const std::vector<Endpoint>& endpoints) = 0;
};

// Is told of each decision; prints it when it is new to a person.
class Reporter {
 public:
  virtual ~Reporter() = default;
  // What the next decision is made from.
  virtual void on_look(const Machine& /*machine*/, const Observation& /*seen*/) {}
  virtual void on_decision(const Machine& machine, const Decision& decision) = 0;
  virtual void on_step_failed(const Machine& machine, const Step& step, const Error& error) = 0;
  // EC2 could not be asked; no machine had its turn.
  virtual void on_trouble(const Error& error) = 0;
};

// What every driver of machines works with.
struct Controls {
  aws::Ec2& ec2;
  Prober& prober;
  const Clock& clock;  // EC2's time
  Waiter& waiter;
  Reporter& reporter;
};

}  // namespace ec2spotter
