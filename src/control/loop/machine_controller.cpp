#include "control/loop/machine_controller.hpp"

#include "control/act/execute.hpp"
#include "plan/body/body_view.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

bool taken_by_spot(const Instance& body, const Observation& seen) {
  return body.market == Market::spot && body.state != InstanceState::terminated &&
         BodyView(seen).is_doomed(body) && !body.state_reason_code.starts_with("Client.");
}

}  // namespace

Decision MachineController::decide(const Machine& machine, const Intent& intent,
                                   const Observation& seen, TimePoint now, Reporter& reporter) {
  reporter.on_look(machine, seen);
  remember_seen(seen, now);
  Decision decision = plan(machine, intent, seen, memory_, now);
  remember_decided(decision, now);
  reporter.on_decision(machine, decision);
  if (decision.steps == sent_ && now < sent_at_ + kSendAgainAfter) decision.steps.clear();
  return decision;
}

Result<void> MachineController::act(const Machine& machine, const Decision& decision,
                                    const Observation& seen, aws::Ec2& ec2, TimePoint now,
                                    Reporter& reporter) {
  for (const Step& step : decision.steps) {
    auto done = execute(machine, step, seen, ec2, memory_, now);
    if (done) continue;
    reporter.on_step_failed(machine, step, done.error());
    return fail(std::move(done).error());
  }
  note_sent(decision, now);
  return {};
}

void MachineController::note_sent(const Decision& decision, TimePoint now) {
  if (decision.steps.empty()) return;
  sent_ = decision.steps;
  sent_at_ = now;
}

void MachineController::remember_seen(const Observation& seen, TimePoint now) {
  for (const Instance& body : seen.bodies) {
    if (!taken_by_spot(body, seen)) continue;
    memory_.shaky_pools[{body.type, body.zone, body.market}] = now + kShakyPoolLifetime;
  }
}

void MachineController::remember_decided(const Decision& decision, TimePoint now) {
  if (!memory_.standing || memory_.standing->reason != decision.reason) {
    memory_.standing = Standing{.reason = decision.reason, .since = now};
  }

  const bool no_spot =
      decision.reason == Reason::waiting_for_spot || decision.reason == Reason::no_capacity;
  if (decision.reason == Reason::up) memory_.spot_missing_since.reset();
  if (no_spot && !memory_.spot_missing_since) memory_.spot_missing_since = now;
}

}  // namespace ec2spotter
