#include "plan/plan.hpp"

#include <utility>

#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/free_root.hpp"
#include "plan/held_root.hpp"
#include "plan/limits.hpp"
#include "plan/ways/data_disks.hpp"
#include "plan/ways/fleet_keeping.hpp"
#include "plan/ways/interface_keeping.hpp"
#include "plan/ways/moving.hpp"
#include "plan/ways/region_move.hpp"
#include "plan/ways/replacing.hpp"
#include "plan/ways/swapping.hpp"

namespace ec2spotter {
namespace {

// Without its root an instance only costs money.
Decision refuse(const Situation& s, Decision refusal) {
  const bool lasts = refusal.reason == Reason::volume_missing &&
                     s.stood_for(Reason::volume_missing) >= kMissingFor;
  if (!lasts) return refusal;
  if (auto step = FleetKeeping(s).remove_all(nullptr)) return std::move(*step);
  for (const Instance& body : s.seen.bodies) {
    if (!is_live(body) || s.bodies.is_doomed(body) || s.bodies.has_entered(body)) continue;
    return s.decide.act(Reason::collecting_body,
                        body.id.str() + " waits for a volume that does not exist",
                        step::TerminateBody{body.id});
  }
  return refusal;
}

bool is_adopted(const Situation& s, const Root& root, Goal goal) {
  const Tags& tags = root.volume.tags;
  return carries_tags_of(root.volume, s.machine) && !is_copy(root.volume) &&
         tag::value(tags, tag::kGoal) == to_string(goal) &&
         tag::is_set(tags, tag::kUnattended) == root.unattended;
}

// What has to be so before the question of who holds the root is asked.
std::optional<Decision> prepare(const Situation& s, const Root& root) {
  // A missing address does not stop the care for a machine that works or that Spot takes.
  const bool known = s.intent.by_watch && carries_tags_of(root.volume, s.machine);
  const DataDisks data(s, root);
  if (!known) {
    if (auto refusal = check_address(s)) return refusal;
    if (auto refusal = data.trouble()) return refusal;
  }
  // A volume that a foreign instance holds is not changed, not even its tags.
  if (root.held != nullptr && root.holder == nullptr) return wait_for_release(s, root);
  const FleetKeeping fleets(s);
  // With the tag `unattended` no watch launches for the machine: a fleet must be possible first.
  if (root.unattended) {
    if (auto hindrance = fleets.hindrance()) return hindrance;
  }
  if (!is_adopted(s, root, Goal::up)) {
    return adopt(s, root, Goal::up, "becomes the root of this machine");
  }
  if (auto step = data.adopt()) return step;
  const bool keeps_fleet = root.unattended && !root.order;
  return keeps_fleet ? fleets.keep_one(root.volume) : fleets.remove_all(&root.volume);
}

Decision bring_up(const Situation& s, const Volume& volume) {
  const Root root = root_of(s, volume);
  if (auto early = prepare(s, root)) return std::move(*early);
  if (auto protection = protect(s, root)) return std::move(*protection);
  const DataDisks data(s, root);
  if (auto protection = data.protect()) return std::move(*protection);
  if (root.order) {
    auto trouble = data.trouble();
    return trouble ? std::move(*trouble) : Moving(s).follow(root);
  }
  if (root.task != nullptr && !s.bodies.is_doomed(*root.holder)) return Replacing(s).follow(root);
  if (root.holder != nullptr && !s.bodies.is_doomed(*root.holder)) return see_through(s, root);
  if (!root.unattended) return find_next_holder(s, root);
  if (root.held != nullptr) return wait_for_release(s, root);
  if (auto trouble = data.trouble()) return std::move(*trouble);
  return FleetKeeping(s).await_body(volume);
}

Decision put_to_rest(const Situation& s, const Volume& volume) {
  const Root root = root_of(s, volume);
  if (tag::value(volume.tags, tag::kMachine).empty()) {
    return s.decide.stuck(Reason::volume_not_adopted, Errc::not_found,
                          volume.id.str() + " does not carry our tags yet; launch it first");
  }
  if (!is_adopted(s, root, Goal::paused))
    return adopt(s, root, Goal::paused, "gets the goal paused");
  // A fleet would replace each instance that ends.
  if (auto step = FleetKeeping(s).remove_all(&volume)) return std::move(*step);
  const DataDisks data(s, root);
  if (auto protection = protect(s, root)) return std::move(*protection);
  if (auto protection = data.protect()) return std::move(*protection);
  if (root.task != nullptr) return Replacing(s).follow(root);
  for (const Instance& body : s.seen.bodies) {
    if (!is_live(body) && body.state != InstanceState::stopped) continue;
    return s.decide.act(Reason::releasing_body, "terminating " + body.id.str(),
                        step::TerminateBody{body.id});
  }
  if (root.held != nullptr) return wait_for_release(s, root);
  if (auto held = data.wait_until_free()) return std::move(*held);
  if (auto left = Swapping(s).tidy()) return std::move(*left);
  if (root.order) return Moving(s).copy(root);
  if (auto former = Moving(s).retire_former(root)) return std::move(*former);
  if (auto left = InterfaceKeeping(s).tidy_at_rest(root)) return std::move(*left);
  return s.decide.done(Reason::paused, volume.id.str() + " is free");
}

}  // namespace

Decision plan(const Machine& machine, const Intent& intent, const Observation& seen,
              const Memory& memory, TimePoint now) {
  const Situation s{
      .machine = machine, .intent = intent, .seen = seen, .memory = memory, .now = now};
  RootChoice root = choose_root(machine, seen, now);
  if (const Volume* left = departed_root(machine, seen.volumes))
    return RegionMove(s).departed(*left);
  if (root.refusal) return refuse(s, std::move(*root.refusal));
  return intent.goal == Goal::up ? bring_up(s, *root.volume) : put_to_rest(s, *root.volume);
}

}  // namespace ec2spotter
