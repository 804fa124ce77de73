#include "control/observe/subject.hpp"

#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {

bool holds_root(const Machine& machine, const Observation& seen, const Instance& body,
                TimePoint now) {
  const Volume* root = choose_root(machine, seen, now).volume;
  const Attachment* held = root == nullptr ? nullptr : holding(*root);
  return held != nullptr && held->instance == body.id && held->state == AttachmentState::attached;
}

}  // namespace ec2spotter
