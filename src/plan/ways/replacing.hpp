// Engine replace: EC2 itself restarts a running body from the machine's root, in a task of its own
// (CreateReplaceRootVolumeTask). No boot program is needed, and nothing is stopped. The dangers in
// it, and what is believed of EC2, are in docs/designs/replace.md.
#pragma once

#include <optional>

#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class Replacing {
 public:
  explicit Replacing(const Situation& s) : s_(s) {}

  // What a body without the root still needs before EC2 may give it the root; nullopt: it is
  // ready.
  std::optional<Decision> prepare(const Instance& next) const;
  // The root is free, and `next` is ready.
  Decision start(const Root& root, const Instance& next) const;
  // A task is under way. Nothing is done about its body before it ends: EC2 may give it the root
  // at any moment.
  Decision follow(const Root& root) const;
  // Is the system up on a body that has the root? It prints nothing for us: it must answer or, if
  // it is not probed, have been restarted.
  bool is_up(const Root& root) const;

 private:
  const Situation& s_;
};

}  // namespace ec2spotter
