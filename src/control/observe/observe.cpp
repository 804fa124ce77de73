#include "control/observe/observe.hpp"

#include "control/observe/belongings/abroad.hpp"
#include "control/observe/consoles.hpp"
#include "control/observe/probing.hpp"
#include "control/observe/survey.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

constexpr int kConsolesOfOneMachine = 8;

}  // namespace

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
  look_abroad(machine, controls.ec2, now, seen);
  const std::vector<Subject> subject{{.machine = &machine, .seen = &seen, .memory = &memory}};
  read_consoles(subject, controls, kConsolesOfOneMachine);
  probe(subject, controls.prober, now);
  return seen;
}

}  // namespace ec2spotter
