#include "plan/situation.hpp"

#include "plan/choice/body_choice.hpp"

namespace ec2spotter {

bool Situation::stands(Reason reason) const {
  return memory.standing && memory.standing->reason == reason;
}

Duration Situation::stood_for(Reason reason) const {
  return stands(reason) ? now - memory.standing->since : Duration::zero();
}

Root root_of(const Situation& s, const Volume& volume) {
  const Attachment* held = holding(volume);
  return {.volume = volume,
          .mode = mode_of(s.machine, volume),
          .held = held,
          .holder = held != nullptr ? s.bodies.find_body(held->instance) : nullptr};
}

}  // namespace ec2spotter
