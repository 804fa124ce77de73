#include "control/drive.hpp"

#include <algorithm>

#include "aws/wire/error_table.hpp"
#include "control/execute.hpp"
#include "control/observe.hpp"
#include "plan/plan.hpp"

namespace ec2spotter {
namespace {

using Progress = Decision::Progress;

constexpr Duration kRetryFirst = std::chrono::seconds(1);
constexpr Duration kRetryMost = std::chrono::seconds(20);
// EC2 shows the effect of a call within a few seconds; sent again sooner, it is only noise.
constexpr Duration kSendAgainAfter = std::chrono::seconds(5);

// May the same thing be tried again after this error? The next turn looks first, so it is safe.
bool passes_by_itself(const Error& error) {
  switch (aws::reaction_to(error)) {
    case aws::Reaction::retry_now:
    case aws::Reaction::retry_after_backoff:
    case aws::Reaction::look_first: return true;
    case aws::Reaction::another_pool:
    case aws::Reaction::ask_user:
    case aws::Reaction::stop: return false;
  }
  return false;
}

class Drive {
 public:
  Drive(const Machine& machine, const Controls& controls, const DriveOptions& options)
      : machine_(machine),
        controls_(controls),
        options_(options),
        deadline_(controls.clock.now() + options.deadline) {}

  Result<Decision> run() {
    while (true) {
      auto turned = turn();
      if (!turned) {
        if (auto stop = after_failure(turned.error())) return fail(std::move(*stop));
        continue;
      }
      const Decision& decision = *turned;
      if (decision.progress == Progress::done) return turned;
      if (decision.progress == Progress::stuck) return fail(decision.errc, text(decision));
      if (decision.reason == Reason::no_capacity) return fail(Errc::no_capacity, decision.detail);
      if (!decision.steps.empty()) continue;
      if (options_.patience == Patience::no_wait) return turned;
      if (auto stop = sleep_until(decision.wake_at)) return fail(std::move(*stop));
    }
  }

 private:
  Result<Decision> turn() {
    const TimePoint now = controls_.clock.now();
    if (now > deadline_) return fail(Errc::timeout, late());
    TRY(const Observation seen, observe(machine_, controls_.ec2, controls_.prober, memory_));
    Decision decision = plan(machine_, options_.goal, seen, memory_, now);
    controls_.reporter.on_decision(machine_, decision);
    // The same steps again: EC2 does not show their effect yet, so give it time.
    if (decision.steps == last_steps_ && now < sent_ + kSendAgainAfter) decision.steps.clear();
    for (const Step& step : decision.steps) {
      auto done = execute(machine_, step, seen, controls_.ec2, memory_, now);
      if (done) continue;
      controls_.reporter.on_step_failed(step, done.error());
      return fail(std::move(done).error());
    }
    if (!decision.steps.empty()) {
      last_steps_ = decision.steps;
      sent_ = now;
    }
    failures_in_a_row_ = 0;
    return decision;
  }

  // The error that ends the loop, or none after a pause.
  std::optional<Error> after_failure(const Error& error) {
    if (controls_.clock.now() > deadline_) {
      return Error{.code = Errc::timeout, .message = late() + "; last: " + error.describe()};
    }
    if (error.code == Errc::interrupted) return stopped();
    if (!passes_by_itself(error)) return error;
    ++failures_in_a_row_;
    if (failures_in_a_row_ > kFailuresMost) return error;
    const Duration pause =
        std::min(kRetryMost, kRetryFirst * (1 << std::min(failures_in_a_row_ - 1, 5)));
    return sleep_until(controls_.clock.now() + pause);
  }

  std::optional<Error> sleep_until(TimePoint until) {
    if (controls_.waiter.wait_until(std::min(until, deadline_ + kRetryFirst))) return std::nullopt;
    return stopped();
  }

  static Error stopped() {
    return {.code = Errc::interrupted,
            .message = "interrupted; nothing is lost, run the same command again to go on"};
  }

  std::string late() const {
    return "the goal was not reached in " +
           std::to_string(
               std::chrono::duration_cast<std::chrono::minutes>(options_.deadline).count()) +
           " minutes; run the same command again to go on";
  }

  static std::string text(const Decision& decision) {
    return std::string(to_string(decision.reason)) + ": " + decision.detail;
  }

  static constexpr int kFailuresMost = 8;

  const Machine& machine_;
  const Controls& controls_;
  const DriveOptions& options_;
  TimePoint deadline_;
  Memory memory_;
  std::vector<Step> last_steps_;
  TimePoint sent_;
  int failures_in_a_row_ = 0;
};

}  // namespace

Result<Decision> drive(const Machine& machine, const Controls& controls,
                       const DriveOptions& options) {
  auto reached = Drive(machine, controls, options).run();
  if (!reached) {
    return fail(with_context(std::move(reached).error(), "machine '" + machine.name.str() + "'"));
  }
  return reached;
}

Result<Decision> consider(const Machine& machine, Goal goal, aws::Ec2& ec2, Prober& prober,
                          TimePoint now) {
  Memory memory;
  TRY(const Observation seen, observe(machine, ec2, prober, memory));
  return plan(machine, goal, seen, memory, now);
}

}  // namespace ec2spotter
