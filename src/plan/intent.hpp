// What whoever plans wants of a machine.
#pragma once

#include "model/machine.hpp"

namespace ec2spotter {

struct Intent {
  Goal goal = Goal::up;
  // As `watch` does, with nobody looking on: replace an instance that never comes up, and hand a
  // working machine over to a better instance.
  bool by_watch = false;
};

}  // namespace ec2spotter
