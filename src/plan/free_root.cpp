#include "plan/free_root.hpp"

#include "base/broken_rule.hpp"
#include "model/tags.hpp"
#include "plan/body/booting.hpp"
#include "plan/choice/key_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/limits.hpp"
#include "plan/ways/data_disks.hpp"
#include "plan/ways/launching.hpp"
#include "plan/ways/replacing.hpp"

namespace ec2spotter {
namespace {

// Its boot program has waited for a root that EC2 did not give it, and waits no more.
std::optional<Decision> fail_for_key(const Situation& s, const Root& root, const BootReport& boot) {
  const auto refused = refused_for_key(root.volume);
  if (!refused || boot.reason != "volume_absent") return std::nullopt;
  return s.decide.stuck(Reason::key_refused, Errc::unauthorized,
                        *refused + "; then `pause` and `resume`");
}

// A preboot system that is still looking for its own root by label could take the volume for it.
// After a while it is past that, even if its console (which may lag) shows nothing.
std::optional<Decision> wait_for_preboot(const Situation& s, const Root& root,
                                         const Instance& next) {
  const BootReport boot = s.bodies.boot_of(next);
  if (boot.failed()) {
    if (auto refused = fail_for_key(s, root, boot)) return refused;
    return Booting(s).fail(root, boot, next);
  }
  if (auto denied = console_denied(s.decide, s.seen, next)) return denied;
  if (!boot.stage.empty() || s.now - next.launch_time > kSilentPreboot) return std::nullopt;
  return s.decide.wait(Reason::waiting_for_preboot, next.id.str() + " boots its preboot system",
                       kPollChange);
}

// A living instance of ours that is not about to be lost, other than the holder; nullptr: `is_it`
// holds for none of them.
template <class Predicate>
const Instance* find_other(const Situation& s, const Root& root, Predicate is_it) {
  for (const Instance& body : s.seen.bodies) {
    if (&body != root.holder && is_live(body) && !s.bodies.is_doomed(body) && is_it(body)) {
      return &body;
    }
  }
  return nullptr;
}

// Rule S7: no step rests on a volume that a living body still shows as its own.
std::optional<Decision> wait_for_one_view(const Situation& s, const Root& root) {
  const Instance* body =
      find_other(s, root, [&](const Instance& each) { return shows(each, root.volume.id); });
  if (body == nullptr) return std::nullopt;
  return s.decide.wait(Reason::waiting_for_attachment,
                       body->id.str() + " shows " + root.volume.id.str() +
                           " as attached, and the volume does not show it; EC2's answers will "
                           "agree soon",
                       kPollChange);
}

// That an instance has lost its root is believed only after a while.
std::optional<Decision> wait_for_lost_root(const Situation& s, const Root& root) {
  if (s.stood_for(Reason::root_lost) >= kRootLostFor) return std::nullopt;
  const Instance* body =
      find_other(s, root, [&](const Instance& each) { return s.bodies.has_entered(each); });
  if (body == nullptr) return std::nullopt;
  return s.decide.wait(Reason::root_lost,
                       body->id.str() + " has entered the root, but EC2 does not show " +
                           root.volume.id.str() + " as attached to it",
                       kPollChange);
}

// A machine that lacks a data volume is not brought up; an instance that waits for it only costs
// money after a while.
Decision stay_down(const Situation& s, const Root& root, const Instance* next, Decision trouble) {
  const bool lasts = s.stood_for(trouble.reason) >= kMissingFor;
  auto surplus = collect_all_but(s, root.volume, {lasts ? nullptr : next, root.holder});
  return surplus ? std::move(*surplus) : std::move(trouble);
}

bool waits(const Situation& s, const Root& root, const Instance& next) {
  if (!has_boot_program(root.engine.engine)) return !make_ready(s, root, next);
  const BootReport boot = s.bodies.boot_of(next);
  return next.state == InstanceState::running && !boot.stage.empty() && !boot.failed();
}

// The successor waits; the notice is used to its end unless the user wants it otherwise.
Decision await_old_body(const Situation& s, const Root& root, const Instance& next) {
  const Instance& holder = *root.holder;
  const bool releases = s.machine.release_on_notice && is_live(holder) && root.task == nullptr;
  if (!releases || !waits(s, root, next)) {
    return wait_for_release(s, root);
  }
  return s.decide.act(Reason::releasing_body,
                      holder.id.str() + " is under notice and " + next.id.str() + " waits",
                      step::TerminateBody{holder.id});
}

Decision give_root(const Situation& s, const Root& root, const Instance& next) {
  if (root.engine.engine == Engine::replace) return Replacing(s).start(root, next);
  const VolumeId& id = root.volume.id;
  const bool swaps = root.engine.engine == Engine::swap;
  return s.decide.act(Reason::attaching_root, id.str() + " to " + next.id.str(),
                      step::AttachRoot{id, next.id, swaps ? next.root_device : s.machine.device});
}

}  // namespace

std::optional<Decision> make_ready(const Situation& s, const Root& root, const Instance& next) {
  if (!has_boot_program(root.engine.engine)) return make_disk_ready(s, root, next);
  if (next.state != InstanceState::pending) return wait_for_preboot(s, root, next);
  return s.decide.wait(Reason::waiting_for_body, next.id.str() + " is pending", kPollChange);
}

std::optional<Decision> wait_for_rest(const Situation& s, const Root& root) {
  if (auto differing = wait_for_one_view(s, root)) return differing;
  return wait_for_lost_root(s, root);
}

Decision find_next_holder(const Situation& s, const Root& root) {
  const Volume& volume = root.volume;
  // These tags are from a version in which roots did not carry their own id.
  if (tag::value(volume.tags, tag::kVolume).empty()) {
    return adopt(s, root, Goal::up, "gets its own id as a tag");
  }
  if (auto doubt = wait_for_rest(s, root)) return std::move(*doubt);
  const Instance* next = root.next(s.bodies);
  const DataDisks data(s, root);
  if (auto trouble = data.trouble()) return stay_down(s, root, next, std::move(*trouble));
  if (next == nullptr) return Launching(s).next_body(root);
  if (auto surplus = collect_all_but(s, volume, {next, root.holder})) return std::move(*surplus);
  auto early = make_ready(s, root, *next);
  if (!root.is_free() && !breaks_rule(1) && (!early || early->steps.empty())) {
    return await_old_body(s, root, *next);
  }
  if (early) return std::move(*early);
  if (was_sent_lately(s.memory.attach_sent, next->id, s.now)) {
    return s.decide.wait(Reason::waiting_for_attachment,
                         "the attachment was requested; EC2 does not show it yet", kPollChange);
  }
  if (auto first = data.give_to(*next)) return std::move(*first);
  return with_key_refusal(root, give_root(s, root, *next));
}

}  // namespace ec2spotter
