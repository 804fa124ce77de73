// What one planning of one machine rests on, put together once.
#pragma once

#include "model/decision.hpp"
#include "model/move.hpp"
#include "model/observation.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/engine_choice.hpp"
#include "plan/decisions.hpp"
#include "plan/intent.hpp"

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
  // Has it waited for so long? `told` is the reason that says so, and stays.
  bool waits_too_long(Reason waiting, Reason told, Duration most) const;
};

// The machine's root, of the observation.
struct Root {
  const Volume& volume;
  bool unattended;      // its instances are launched by a fleet, and attach it themselves
  EngineChoice engine;  // of the next instance
  std::optional<MoveOrder> order;  // its content moves: no instance gets it any more
  std::string zone;                // of the next instance
  const Attachment* held;  // what keeps the volume from other instances; null: nothing shows
  // EC2's work to make it the root disk of one of ours: until the end of that the volume counts as
  // held, whether EC2 shows it as attached or not. Null: none is under way.
  const RootTask* task;
  // The one of ours that holds it, or has the task; null: it is free, or in foreign hands.
  const Instance* holder;

  // Which of ours gets it next, beside the holder; null: none runs yet.
  const Instance* next(const BodyView& bodies) const { return bodies.next_body(holder, needs()); }
  RootNeeds needs() const {
    return {
        .volume = volume.id, .zone = zone, .engine = engine.engine, .to_come = order.has_value()};
  }
  bool is_free() const { return held == nullptr && task == nullptr; }
};

Root root_of(const Situation& s, const Volume& volume);

}  // namespace ec2spotter
