// Engine swap: a body that boots from the machine's root as its own root disk. It is launched with
// its image's disk, stopped, given the root in that disk's place, and started. No boot program is
// needed, so that a root can be of any kind. Source: EC2 User Guide, "Start and stop a Spot
// Instance" and "Detach an EBS volume" (a root volume only from a stopped instance).
//
// What bites in it, and where it is seen to:
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

  // What a failed boot means for the choice of the engine; none: nothing.
  std::optional<Decision> after(const BootReport& failure, const Root& root,
                                const Instance& body) const;
  // What a body that has not got the root yet still needs before it may have it; none: it is ready.
  std::optional<Decision> prepare(const Instance& next) const;
  // What a stopped body needs that has the root in place; none: it cannot be started, and the root
  // is to be taken from it.
  std::optional<Decision> start(const Volume& root, const Instance& body) const;
  // Is the system of a body that has the root up? It says nothing to us: that it answers counts,
  // or, where nobody may be asked, that it runs.
  bool is_up(const Instance& body) const;
  // What is left over of swaps, to be done when nothing else is; none: nothing.
  std::optional<Decision> tidy() const;

 private:
  Decision wait(const Instance& body, const std::string& what) const;
  std::optional<Decision> swap_stopped(const Instance& body) const;
  std::optional<Decision> wait_for_request(const Instance& body) const;

  const Situation& s_;
};

}  // namespace ec2spotter
