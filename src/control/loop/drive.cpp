#include "control/loop/drive.hpp"

#include <algorithm>

#include "aws/wire/error_table.hpp"
#include "control/act/launch_bodies.hpp"
#include "control/loop/machine_controller.hpp"
#include "control/observe/observe.hpp"
#include "control/pools/pool_check.hpp"
#include "control/pools/pool_knowledge.hpp"
#include "model/move.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"
#include "plan/plan.hpp"

namespace ec2spotter {
namespace {

using Progress = Decision::Progress;

constexpr Duration kRetryFirst = std::chrono::seconds(1);
constexpr Duration kRetryMost = std::chrono::seconds(20);

// Adds what we know of the pools, where the plan needs it.
void complete(PoolKnowledge& knowledge, const Subject& subject, const Intent& intent, aws::Ec2& ec2,
              TimePoint now) {
  const Decision first = plan(*subject.machine, intent, *subject.seen, *subject.memory, now);
  if (first.reason == Reason::waiting_for_types || !first.candidates.empty()) {
    knowledge.complete({subject}, ec2, now);
  }
}

class Drive {
 public:
  Drive(const Machine& machine, const Controls& controls, const DriveOptions& options)
      : machine_(machine),
        controls_(controls),
        options_(options),
        start_(controls.clock.running()),
        deadline_(start_ + options.deadline) {}

  Result<Look> run() {
    while (true) {
      if (controls_.clock.running() > deadline_) return fail(Errc::timeout, late());
      auto turned = turn();
      last_ = turned ? text(turned->decision) : turned.error().describe();
      if (!turned) {
        if (auto stop = after_failure(turned.error())) return fail(std::move(*stop));
        continue;
      }
      const Decision& decision = turned->decision;
      if (options_.leaves_region && decision.reason == Reason::in_other_region) return turned;
      const bool early = decision.progress == Progress::done && !has_moved(turned->seen);
      if (decision.progress == Progress::done && !early) return turned;
      if (decision.progress == Progress::stuck && !is_shown_late(*turned)) {
        return fail(decision.errc, text(decision));
      }
      if (gives_no_body(decision.reason)) return fail(Errc::no_capacity, decision.detail);
      if (!decision.steps.empty()) continue;
      if (options_.patience == Patience::no_wait) return turned;
      const Duration pause = decision.wake_at - controls_.clock.now();
      if (auto stop = sleep(early ? std::min(pause, kPollChange) : pause)) {
        return fail(std::move(*stop));
      }
    }
  }

 private:
  Result<Look> turn() {
    TRY(Observation seen, observe(machine_, controls_, controller_.memory()));
    const TimePoint now = controls_.clock.now();
    const Intent intent{.goal = options_.goal, .changes_type = options_.changes_type};
    complete(knowledge_, {.machine = &machine_, .seen = &seen, .memory = &controller_.memory()},
             intent, controls_.ec2, now);
    Decision decision = controller_.decide(machine_, intent, seen, now, controls_.reporter);
    TRY_VOID(controller_.act(machine_, decision, seen, controls_.ec2, now, controls_.reporter));
    failures_in_a_row_ = 0;
    return Look{.seen = std::move(seen), .decision = std::move(decision)};
  }

  bool has_moved(const Observation& seen) const {
    const Volume* root = choose_root(machine_, seen, controls_.clock.now()).volume;
    return options_.generation <= 1 ||
           (root != nullptr && generation_of(*root) >= options_.generation);
  }

  // The root that is waited for was made a moment ago, and EC2 shows only what was before it.
  bool is_shown_late(const Look& look) const {
    const Reason reason = look.decision.reason;
    const bool without_root = reason == Reason::volume_missing || reason == Reason::volume_retired;
    return without_root && !has_moved(look.seen) &&
           controls_.clock.running() - start_ < kStorageShown;
  }

  static bool gives_no_body(Reason reason) {
    return reason == Reason::no_capacity || reason == Reason::quota_reached ||
           reason == Reason::too_many_launches;
  }

  // The error that ends the loop; nullopt: the loop has paused and goes on.
  std::optional<Error> after_failure(const Error& error) {
    if (error.code == Errc::interrupted) return interrupted();
    // Who has never answered may never do: wrong region, endpoint or network.
    if (error.code == Errc::unreachable || !passes_by_itself(error)) return error;
    ++failures_in_a_row_;
    // Who has answered before is waited for, as long as the user has said.
    const bool lost = error.code == Errc::transport || error.code == Errc::timeout;
    if (failures_in_a_row_ > kFailuresMost && !lost) return error;
    return sleep(pause_after(failures_in_a_row_));
  }

  std::optional<Error> sleep(Duration time) {
    const Duration left = deadline_ + kRetryFirst - controls_.clock.running();
    if (controls_.waiter.wait(std::min(time, left))) return std::nullopt;
    return interrupted();
  }

  std::string late() const {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(options_.deadline);
    return "the machine is not " + std::string(to_string(options_.goal)) + " after " +
           std::to_string(minutes.count()) + " minutes" +
           (last_.empty() ? "" : ", because of " + last_) + "; run the same command again to go on";
  }

  static std::string text(const Decision& decision) {
    return std::string(to_string(decision.reason)) + ": " + decision.detail;
  }

  static constexpr int kFailuresMost = 8;

  const Machine& machine_;
  const Controls& controls_;
  const DriveOptions& options_;
  Duration start_;
  Duration deadline_;  // of the clock that nobody sets
  MachineController controller_;
  PoolKnowledge knowledge_;
  int failures_in_a_row_ = 0;
  std::string last_;  // where the last turn ended: its reason or its error
};

}  // namespace

Result<Look> drive(const Machine& machine, const Controls& controls, const DriveOptions& options) {
  auto reached = Drive(machine, controls, options).run();
  if (!reached) {
    return fail(with_context(std::move(reached).error(), "machine '" + machine.name.str() + "'"));
  }
  return reached;
}

Result<Consideration> consider(const Machine& machine, const Controls& controls, PoolsAsked pools) {
  Memory memory;
  Consideration considered;
  TRY(considered.look.seen, observe(machine, controls, memory));
  const TimePoint now = controls.clock.now();
  considered.goal = recorded_goal(machine, considered.look.seen, now);
  const Intent intent{.goal = considered.goal};
  PoolKnowledge knowledge;
  complete(knowledge, {.machine = &machine, .seen = &considered.look.seen, .memory = &memory},
           intent, controls.ec2, now);
  considered.look.decision = plan(machine, intent, considered.look.seen, memory, now);
  if (pools == PoolsAsked::no || considered.look.decision.candidates.empty()) return considered;
  for (const PoolRefusal& refusal : refused_pools(machine, considered.look.seen, controls.ec2)) {
    // A caller that has only the rights to look is not refused the explanation.
    if (refusal.error.code == Errc::unauthorized) continue;
    close_pool(memory, refusal.pool, refusal.error, now);
  }
  considered.look.decision = plan(machine, intent, considered.look.seen, memory, now);
  return considered;
}

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

Error interrupted() {
  return {.code = Errc::interrupted,
          .message = "interrupted; nothing is lost: run the same command again to go on"};
}

Duration pause_after(int failures) {
  return std::min(kRetryMost, kRetryFirst * (1 << std::clamp(failures - 1, 0, 5)));
}

}  // namespace ec2spotter
