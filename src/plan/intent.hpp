// What whoever plans wants of a machine.
#pragma once

#include "model/machine.hpp"

namespace ec2spotter {

struct Intent {
  Goal goal = Goal::up;
  // As `watch` does, with nobody looking on: replace an instance that never comes up, and hand a
  // working machine over to a better instance.
  bool by_watch = false;
  // Hand a working machine over to an instance of one of the machine's types, if it has another.
  bool changes_type = false;
};

// May a working machine be handed over?
inline bool hands_over(const Intent& intent) { return intent.by_watch || intent.changes_type; }

}  // namespace ec2spotter
