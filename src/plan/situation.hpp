// What one planning of one machine rests on, put together once.
#pragma once

#include "model/decision.hpp"
#include "model/observation.hpp"
#include "plan/body/body_view.hpp"
#include "plan/decisions.hpp"
#include "plan/intent.hpp"
#include "plan/mode.hpp"

namespace ec2spotter {

// All that it refers to outlives it.
struct Situation {
  const Machine& machine;
  const Intent& intent;
  const Observation& seen;
  const Memory& memory;
  TimePoint now;
  BodyView bodies{seen};
  Decisions decide{now};

  bool stands(Reason reason) const;
  // How long this has been the machine's reason; zero when it is not.
  Duration stood_for(Reason reason) const;
};

// The machine's root, of the observation.
struct Root {
  const Volume& volume;
  Mode mode;
  const Attachment* held;  // what keeps the volume from other instances; null: it is free
  const Instance* holder;  // the one of ours that holds it; null: it is free, or in foreign hands

  bool unattended() const { return mode == Mode::unattended; }
  bool swapped() const { return mode == Mode::root_swapped; }
};

Root root_of(const Situation& s, const Volume& volume);

}  // namespace ec2spotter
