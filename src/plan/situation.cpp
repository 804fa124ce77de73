#include "plan/situation.hpp"

#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {

bool Situation::stands(Reason reason) const {
  return memory.standing && memory.standing->reason == reason;
}

Duration Situation::stood_for(Reason reason) const {
  return stands(reason) ? now - memory.standing->since : Duration::zero();
}

bool Situation::waits_too_long(Reason waiting, Reason told, Duration most) const {
  return stood_for(waiting) >= most || stands(told);
}

Root root_of(const Situation& s, const Volume& volume) {
  Root root{.volume = volume,
            .unattended = is_unattended(s.machine, volume),
            .engine = choose_engine(s.machine, volume, s.seen),
            .order = order_of(volume),
            .zone = zone_of_next(volume),
            .held = holding(volume),
            .task = nullptr,
            .holder = nullptr};
  if (root.held != nullptr) root.holder = s.bodies.find_body(root.held->instance);
  for (const Instance& body : s.seen.bodies) {
    const RootTask* task = s.bodies.task_of(body);
    // EC2 gives an instance no volume that another one holds: that task will fail.
    const bool possible = root.held == nullptr || root.held->instance == body.id;
    if (task == nullptr || !possible) continue;
    root.task = task;
    root.holder = &body;
  }
  return root;
}

}  // namespace ec2spotter
