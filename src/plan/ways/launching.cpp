#include "plan/ways/launching.hpp"

#include <utility>

#include "base/sha256.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"
#include "plan/ways/interface_keeping.hpp"
#include "plan/ways/zone_choice.hpp"

namespace ec2spotter {

Decision Launching::next_body(const Root& root) const {
  if (const auto refusal = launch_refusal(s_.seen, s_.now)) {
    return refusal->for_key
               ? s_.decide.stuck(Reason::key_refused, Errc::unauthorized, refusal->what)
               : s_.decide.stuck(Reason::launch_refused, Errc::refused, refusal->what);
  }
  if (const int count = launches_lately(s_.seen, s_.now); count >= kLaunchesPerHour) {
    return s_.decide.wait(Reason::too_many_launches,
                          std::to_string(count) +
                              " instances were launched within an hour; the next launch waits, so "
                              "that a fault does not run up costs",
                          kPollRest);
  }
  if (auto missing = check_types(s_.machine, s_.seen, root.zone, s_.decide)) return *missing;
  PoolChoice choice = choose_pool(s_.machine, root.zone, s_.seen, s_.memory, s_.now);
  if (choice.taken) return launch_from(root, std::move(choice), InstanceId());
  if (!may_move(s_.machine)) return wait_for_pools(std::move(choice));
  const ZoneChoice zones(s_, root);
  std::vector<ZoneSum> sums = zones.sums();
  const bool settled = root.order && root.holder == nullptr;
  if (!settled && !root.unattended) {
    if (auto move = zones.leave(sums)) return std::move(*move);
  }
  Decision waiting = wait_for_pools(std::move(choice));
  waiting.zones = std::move(sums);
  return waiting;
}

std::optional<Decision> Launching::successor(const Root& root, const Instance& body) const {
  const bool any_market = s_.memory.rebalance.contains(body.id) || s_.intent.changes_type;
  PoolChoice choice = choose_pool(s_.machine, root.zone, s_.seen, s_.memory, s_.now,
                                  any_market ? Markets::of_machine : Markets::spot);
  if (!choice.taken || launches_lately(s_.seen, s_.now) >= kLaunchesPerHour) return std::nullopt;
  return launch_from(root, std::move(choice), body.id);
}

Decision Launching::launch_from(const Root& root, PoolChoice choice,
                                const InstanceId& takes_over) const {
  const InterfaceKeeping interfaces(s_);
  if (auto early = interfaces.prepare(root)) {
    early->candidates = std::move(choice.candidates);
    return std::move(*early);
  }
  step::LaunchBody launch{
      .pool = *choice.taken,
      .volume = root.volume.id,
      .engine = root.engine.engine,
      .attempt = 1,
      .guest_files = s_.machine.ejects ? GuestFiles::leave : guest_files_of(root.volume),
      .root_to_come = root.order && has_boot_program(root.engine.engine),
      .takes_over = takes_over,
      .interface = interfaces.for_next(root),
      .client_token = {}};
  const Instance* last = newest_body(s_.seen);
  if (last != nullptr && was_silent(*last)) launch.attempt = attempt_of(*last) + 1;
  launch.client_token = launch_token(s_.machine, root.volume.id, last ? last->id : InstanceId(),
                                     launch, s_.memory.launch_attempt);
  const Reason reason = takes_over.empty() ? Reason::launching_body : Reason::preparing_hand_over;
  std::string detail = describe(*choice.taken);
  if (root.engine.diverted) {
    detail +=
        ", engine " + std::string(to_string(root.engine.engine)) + " (" + root.engine.why + ")";
  }
  if (s_.seen.facts_denied) {
    detail += "; pool_order cannot be followed: " + s_.seen.facts_denied->describe();
  }
  Decision decision = s_.decide.act(reason, std::move(detail), std::move(launch));
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
                          ? s_.decide.stuck(reason, *choice.only_refused, std::move(text))
                          : s_.decide.wait(reason, std::move(text), choice.reopen - s_.now);
  decision.candidates = std::move(choice.candidates);
  return decision;
}

std::string launch_token(const Machine& machine, const VolumeId& volume,
                         const InstanceId& last_body, const step::LaunchBody& launch, int attempt) {
  return sha256_hex(machine.owner.str() + "\n" + machine.name.str() + "\n" + volume.str() + "\n" +
                    last_body.str() + "\n" + describe(launch.pool) + "\n" +
                    std::string(to_string(launch.engine)) + "\n" + machine.image + "\n" +
                    std::to_string(attempt) +
                    (launch.interface.empty() ? "" : "\n" + launch.interface.str()));
}

}  // namespace ec2spotter
