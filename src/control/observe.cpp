#include "control/observe.hpp"

#include "control/consoles.hpp"
#include "control/probing.hpp"
#include "control/survey.hpp"
#include "plan/body_choice.hpp"
#include "plan/root_choice.hpp"

namespace ec2spotter {
namespace {

constexpr int kConsolesOfOneMachine = 8;

}  // namespace

bool holds_root(const Machine& machine, const Observation& seen, const Instance& body,
                TimePoint now) {
  const Volume* root = choose_root(machine, seen, now).volume;
  const Attachment* held = root == nullptr ? nullptr : holding(*root);
  return held != nullptr && held->instance == body.id && held->state == AttachmentState::attached;
}

Result<Observation> observe(const Machine& machine, const Controls& controls, Memory& memory) {
  Survey survey(machine.owner, machine.name);
  TRY_VOID(survey.read_bodies(controls.ec2));
  survey.read_roots(controls.ec2, {&machine});
  const TimePoint now = controls.clock.now();
  survey.read_checks(controls.ec2, now);
  if (auto troubles = survey.take_troubles(); !troubles.empty()) {
    return fail(std::move(troubles.front()));
  }
  Observation seen = survey.of(machine, memory);
  const std::vector<Subject> subject{{.machine = &machine, .seen = &seen, .memory = &memory}};
  read_consoles(subject, controls, kConsolesOfOneMachine);
  probe(subject, controls.prober, now);
  return seen;
}

}  // namespace ec2spotter
