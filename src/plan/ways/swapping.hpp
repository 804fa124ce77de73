// Engine swap: a body that boots from the machine's root as its own root disk. It is launched with
// its image's disk, stopped, given the root in that disk's place, and started. No boot program is
// needed, so that a root can be of any kind. Source: EC2 User Guide, "Start and stop a Spot
// Instance" and "Detach an EBS volume" (a root volume only from a stopped instance).
//
// The dangers in it, and where the code avoids them:
// - Only a persistent Spot request may be stopped; it launches anew when its instance ends. It is
//   cancelled before that (executor, TerminateBody), and an open one is never left (tidy).
// - An instance that Spot has stopped is started by EC2 alone: it counts as lost, and its root is
//   taken from it while it is stopped.
// - A start needs capacity: without it the root is given to a body from another pool.
// - Started without its root device it would be terminated: the executor reads the root back.
#pragma once

#include <optional>

#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class Swapping {
 public:
  explicit Swapping(const Situation& s) : s_(s) {}

  // What a body that has not got the root yet still needs before it may have it; nullopt: it is
  // ready.
  std::optional<Decision> prepare(const Instance& next) const;
  // What a stopped body needs that has the root in place; nullopt: it cannot be started, and
  // the root must be detached from it.
  std::optional<Decision> start(const Volume& root, const Instance& body) const;
  // Is the system up on a body that has the root? It prints nothing for us: it must answer or, if
  // it is not probed, run.
  bool is_up(const Instance& body) const;
  // The next step to tidy up after swaps and replacements, when nothing else is due; nullopt: no
  // step is left.
  std::optional<Decision> tidy() const;

 private:
  Decision wait(const Instance& body, const std::string& what) const;
  std::optional<Decision> swap_stopped(const Instance& body) const;
  std::optional<Decision> wait_for_request(const Instance& body) const;
  bool was_tried_lately(const Instance& body) const;

  const Situation& s_;
};

}  // namespace ec2spotter
