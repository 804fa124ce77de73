#include "plan/hand_over.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "plan/common_steps.hpp"
#include "plan/ways/launching.hpp"

namespace ec2spotter {
namespace {

bool may_return_to_spot(const Machine& machine, const Instance& body, TimePoint now) {
  using When = ReturnToSpot::When;
  if (body.market == Market::spot || !uses_market(machine, Market::spot)) return false;
  const ReturnToSpot& policy = machine.return_to_spot;
  if (policy.when != When::windows) return policy.when == When::always;
  return std::any_of(policy.windows.begin(), policy.windows.end(),
                     [&](const WeekWindow& window) { return contains(window, now); });
}

Decision give_way(const Situation& s, const Instance& body, const Instance& successor) {
  return s.decide.act(Reason::handing_over,
                      body.id.str() + " gives way to " + successor.id.str() + ", which waits",
                      step::TerminateBody{body.id});
}

bool has_another_type(const Situation& s, const Instance& body) {
  const auto& types = s.machine.types;
  return s.intent.changes_type && !types.empty() &&
         std::find(types.begin(), types.end(), body.type) == types.end();
}

}  // namespace

bool may_hand_over(const Situation& s, const Root& root) {
  return !root.unattended && !s.machine.keeps_private_ip;
}

bool wants_successor(const Situation& s, const Instance& body) {
  return s.memory.rebalance.contains(body.id) || may_return_to_spot(s.machine, body, s.now) ||
         has_another_type(s, body);
}

const Instance* find_successor(const Situation& s, const Root& root, bool needs_successor) {
  if (s.machine.keeps_private_ip) return nullptr;
  const Instance& body = *root.holder;
  const Instance* tagged = s.bodies.successor_of(body, root.needs());
  if (!hands_over(s.intent)) {
    return tagged != nullptr && s.now - tagged->launch_time <= s.machine.boot_limit ? tagged
                                                                                    : nullptr;
  }
  return tagged != nullptr || !needs_successor ? tagged : root.next(s.bodies);
}

std::optional<Decision> hand_over(const Situation& s, const Root& root, const Instance* successor) {
  const Instance& body = *root.holder;
  if (breaks_rule(8)) {
    return s.decide.act(Reason::handing_over, body.id.str(), step::TerminateBody{body.id});
  }
  if (successor == nullptr) return Launching(s).successor(root, body);
  if (!has_boot_program(root.engine.engine)) {
    auto early = make_disk_ready(s, root, *successor);
    if (!early) return give_way(s, body, *successor);
    if (early->reason == Reason::swapping_root) early->reason = Reason::preparing_hand_over;
    return early;
  }
  const BootReport boot = s.bodies.boot_of(*successor);
  if (auto denied = console_denied(s.decide, s.seen, *successor)) return denied;
  const bool late = s.now - successor->launch_time > s.machine.boot_limit;
  if (boot.failed() || (boot.stage.empty() && late)) {
    return s.decide.act(Reason::collecting_body,
                        successor->id.str() + " was launched to take over and did not come up",
                        step::TerminateBody{successor->id, root.volume.id});
  }
  if (successor->state == InstanceState::pending || boot.stage.empty()) {
    return s.decide.wait(Reason::preparing_hand_over,
                         successor->id.str() + " boots to take over from " + body.id.str(),
                         kPollConsole);
  }
  return give_way(s, body, *successor);
}

}  // namespace ec2spotter
