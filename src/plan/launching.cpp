#include "plan/launching.hpp"

#include <utility>

#include "base/sha256.hpp"
#include "plan/body_history.hpp"
#include "plan/plan.hpp"
#include "plan/root_choice.hpp"
#include "plan/swapping.hpp"

namespace ec2spotter {

Decision Launching::next_body(const Volume& volume) const {
  if (const auto refusal = launch_refusal(seen_, now_)) {
    return decide_.stuck(Reason::launch_refused, Errc::refused, *refusal);
  }
  if (const int count = launches_lately(seen_, now_); count >= kLaunchesPerHour) {
    return decide_.wait(Reason::too_many_launches,
                        std::to_string(count) +
                            " instances were launched within an hour; the next launch waits, so "
                            "that a fault does not run up costs",
                        kCalm);
  }
  if (auto missing = check_types(machine_, seen_, volume.zone, decide_)) return *missing;
  PoolChoice choice = choose_pool(machine_, volume.zone, seen_, memory_, now_);
  if (choice.taken) return launch_from(volume, std::move(choice), InstanceId());
  return wait_for_pools(std::move(choice));
}

std::optional<Decision> Launching::successor(const Volume& volume, const Instance& body) const {
  const bool urgent = memory_.rebalance.contains(body.id);
  PoolChoice choice = choose_pool(machine_, volume.zone, seen_, memory_, now_,
                                  urgent ? Markets::wished : Markets::spot);
  if (!choice.taken || launches_lately(seen_, now_) >= kLaunchesPerHour) return std::nullopt;
  return launch_from(volume, std::move(choice), body.id);
}

Decision Launching::launch_from(const Volume& volume, PoolChoice choice,
                                const InstanceId& takes_over) const {
  step::LaunchBody launch{.pool = *choice.taken,
                          .volume = volume.id,
                          .engine = swaps_root(machine_, volume) ? Engine::swap : machine_.engine,
                          .attempt = 1,
                          .guest_files = guest_files_of(volume),
                          .takes_over = takes_over,
                          .client_token = {}};
  const Instance* last = newest_body(seen_);
  if (last != nullptr && was_silent(*last)) launch.attempt = attempt_of(*last) + 1;
  // After a kexec that never came up, the other engine is tried.
  const bool other = launch.engine == Engine::automatic && launch.attempt > 1;
  if (other) launch.engine = Engine::pivot;
  launch.client_token = launch_token(machine_, volume.id, last ? last->id : InstanceId(), launch,
                                     memory_.launch_attempt);
  const Reason reason = takes_over.empty() ? Reason::launching_body : Reason::preparing_hand_over;
  std::string detail = describe(*choice.taken);
  if (seen_.facts_denied) {
    detail += "; pool_order cannot be followed: " + seen_.facts_denied->describe();
  }
  Decision decision = decide_.act(reason, std::move(detail), std::move(launch));
  decision.candidates = std::move(choice.candidates);
  return decision;
}

Decision Launching::wait_for_pools(PoolChoice choice) const {
  const Reason reason = choice.only_refused              ? Reason::launch_refused
                        : choice.only_spot_is_waited_for ? Reason::waiting_for_spot
                        : choice.only_quota              ? Reason::quota_reached
                                                         : Reason::no_capacity;
  std::string text = reason == Reason::launch_refused ? "EC2 refuses every pool of this machine:"
                     : reason == Reason::quota_reached
                         ? "the account's quotas are reached; ask AWS to raise them:"
                         : "no pool has an instance to give:";
  for (const Candidate& candidate : choice.candidates) {
    text += "\n  " + describe(candidate.pool) + ": " + candidate.why;
  }
  Decision decision = choice.only_refused
                          ? decide_.stuck(reason, *choice.only_refused, std::move(text))
                          : decide_.wait(reason, std::move(text), choice.reopen - now_);
  decision.candidates = std::move(choice.candidates);
  return decision;
}

std::string launch_token(const Machine& machine, const VolumeId& volume,
                         const InstanceId& last_body, const step::LaunchBody& launch, int attempt) {
  return sha256_hex(machine.owner.str() + "\n" + machine.name.str() + "\n" + volume.str() + "\n" +
                    last_body.str() + "\n" + describe(launch.pool) + "\n" +
                    std::string(to_string(launch.engine)) + "\n" + machine.image + "\n" +
                    std::to_string(attempt));
}

}  // namespace ec2spotter
