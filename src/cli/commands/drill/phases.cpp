#include "cli/commands/drill/phases.hpp"

#include <algorithm>

#include "plan/body/body_view.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {

Phases::Phases(InstanceId former, const Observation& before) : former_(std::move(former)) {
  for (const Instance& body : before.bodies) known_.insert(body.id);
}

void Phases::note(const std::string& name, Duration since, std::string detail) {
  if (!has(name)) all_.push_back({.name = name, .since = since, .detail = std::move(detail)});
}

bool Phases::has(const std::string& name) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](const Phase& phase) { return phase.name == name; });
}

void Phases::follow_former(const Observation& seen, Duration since) {
  const Instance* former = BodyView(seen).find_body(former_);
  if (former != nullptr && is_live(*former)) return;
  left_ = true;
  // EC2 forgets an instance some time after its end.
  const bool ended = former == nullptr || former->state == InstanceState::terminated ||
                     former->state == InstanceState::stopped;
  if (ended) note("instance_gone", since, former_.str());
}

void Phases::take(const Machine& machine, const Observation& seen, Duration since) {
  follow_former(seen, since);
  for (const Instance& body : seen.bodies) {
    if (!known_.contains(body.id)) note("next_instance_launched", since, body.id.str());
  }
  const Volume* root = choose_root(machine, seen, TimePoint{}).volume;
  const Attachment* held = root == nullptr ? nullptr : holding(*root);
  const bool has_root = held != nullptr && held->state == AttachmentState::attached;
  if (!has_root || held->instance == former_) return;
  note("root_attached", since, root->id.str() + " to " + held->instance.str());
  if (seen.address && seen.address->instance == held->instance) {
    note("address_moved", since, seen.address->public_ip);
  }
}

void Phases::take(const Decision& decision, Duration since) {
  if (decision.reason == Reason::booting) note("booting", since, {});
}

}  // namespace ec2spotter::cli
