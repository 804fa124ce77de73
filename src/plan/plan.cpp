#include "plan/plan.hpp"

#include <algorithm>
#include <utility>

#include "base/broken_rule.hpp"
#include "model/tags.hpp"
#include "plan/address_choice.hpp"
#include "plan/body_choice.hpp"
#include "plan/body_history.hpp"
#include "plan/body_view.hpp"
#include "plan/booting.hpp"
#include "plan/decisions.hpp"
#include "plan/fleet_keeping.hpp"
#include "plan/hand_over.hpp"
#include "plan/health.hpp"
#include "plan/launching.hpp"
#include "plan/root_choice.hpp"
#include "plan/swapping.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

// How often we look at an instance that will end but still runs.
constexpr Duration kNotYet = 5s;

// A call whose effect EC2 does not show yet is not sent again for so long.
constexpr Duration kSentLately = 5s;

bool was_sent_lately(const std::map<InstanceId, TimePoint>& sent, const InstanceId& id,
                     TimePoint now) {
  const auto found = sent.find(id);
  return found != sent.end() && now - found->second < kSentLately;
}

// One planning of one machine; a scratch value of plan().
class Planner {
 public:
  Planner(const Machine& machine, const Intent& intent, const Observation& seen,
          const Memory& memory, TimePoint now)
      : machine_(machine),
        intent_(intent),
        seen_(seen),
        memory_(memory),
        now_(now),
        bodies_(seen),
        decide_(now),
        launching_(machine, seen, memory, now),
        fleets_(machine, seen, memory, now),
        swapping_(seen, now),
        booting_(machine, intent, seen, memory, now) {}

  Decision bring_up() {
    RootChoice root = choose_root(machine_, seen_, now_);
    if (root.refusal) return refuse(std::move(*root.refusal));
    const Volume& volume = *root.volume;
    // A missing address does not stop the care for a machine that works or that Spot takes.
    const bool known = intent_.patrol && carries_tags_of(volume, machine_);
    if (auto refusal = known ? std::nullopt : check_address()) return std::move(*refusal);
    unattended_ = is_unattended(machine_, volume);
    swaps_ = takes_root_by_swap(machine_, volume);
    const Attachment* held = holding(volume);
    const Instance* holder = held != nullptr ? bodies_.find_body(held->instance) : nullptr;
    // A volume that a foreign instance holds is not changed, not even its tags.
    if (held != nullptr && holder == nullptr) return wait_for_release(volume, *held);
    // With the tag `unattended` no watch launches for the machine: a fleet must be possible first.
    if (auto hindrance = unattended_ ? fleets_.hindrance() : std::nullopt) return *hindrance;
    if (!is_adopted(volume, Goal::up)) {
      return decide_.act(Reason::adopting_volume,
                         volume.id.str() + " becomes the root of this machine",
                         step::AdoptVolume{volume.id, Goal::up, unattended_});
    }
    if (auto step = unattended_ ? fleets_.keep_one(volume) : fleets_.remove_all(&volume)) {
      return std::move(*step);
    }
    if (holder != nullptr && !bodies_.is_doomed(*holder)) return serve(volume, *held, *holder);
    if (!unattended_) return replace(volume, held, holder);
    return held != nullptr ? wait_for_release(volume, *held) : fleets_.await_body(volume);
  }

  Decision put_to_rest() {
    RootChoice root = choose_root(machine_, seen_, now_);
    if (root.refusal) return refuse(std::move(*root.refusal));
    const Volume& volume = *root.volume;
    if (tag::value(volume.tags, tag::kMachine).empty()) {
      return decide_.stuck(Reason::volume_not_adopted, Errc::not_found,
                           volume.id.str() + " does not carry our tags yet; launch it first");
    }
    unattended_ = is_unattended(machine_, volume);
    if (!is_adopted(volume, Goal::paused)) {
      return decide_.act(Reason::adopting_volume, volume.id.str() + " gets the goal paused",
                         step::AdoptVolume{volume.id, Goal::paused, unattended_});
    }
    // A fleet would replace each body that ends.
    if (auto step = fleets_.remove_all(&volume)) return std::move(*step);
    for (const Instance& body : seen_.bodies) {
      if (!is_live(body) && body.state != InstanceState::stopped) continue;
      if (auto protection = protect(volume, body)) return std::move(*protection);
      return decide_.act(Reason::releasing_body, "terminating " + body.id.str(),
                         step::TerminateBody{body.id});
    }
    if (const Attachment* held = holding(volume)) return wait_for_release(volume, *held);
    if (auto left = swapping_.tidy()) return std::move(*left);
    return decide_.done(Reason::paused, volume.id.str() + " is free");
  }

 private:
  bool stands(Reason reason) const {
    return memory_.standing && memory_.standing->reason == reason;
  }

  // How long this has been the machine's reason; zero when it is not.
  Duration stood_for(Reason reason) const {
    return stands(reason) ? now_ - memory_.standing->since : Duration::zero();
  }

  // Without its root an instance only costs money.
  Decision refuse(Decision refusal) const {
    if (refusal.reason != Reason::volume_missing ||
        stood_for(Reason::volume_missing) < kMissingFor) {
      return refusal;
    }
    if (auto step = fleets_.remove_all(nullptr)) return std::move(*step);
    for (const Instance& body : seen_.bodies) {
      if (!is_live(body) || bodies_.is_doomed(body) || bodies_.has_entered(body)) continue;
      return decide_.act(Reason::collecting_body,
                         body.id.str() + " waits for a volume that does not exist",
                         step::TerminateBody{body.id});
    }
    return refusal;
  }

  std::optional<Decision> check_address() const {
    if (!seen_.address_wanted || seen_.address_unread) return std::nullopt;
    if (!seen_.address) {
      return decide_.stuck(Reason::address_missing, Errc::not_found,
                           "there is no Elastic IP " + machine_.elastic_ip +
                               " in this region; allocate it, or correct elastic_ip");
    }
    const auto other = other_user(*seen_.address, machine_, seen_);
    if (!other) return std::nullopt;
    return decide_.stuck(Reason::address_in_use_elsewhere, Errc::refused,
                         seen_.address->public_ip + " belongs to " + *other +
                             ", which is not this machine's; disassociate it there, or name "
                             "another address");
  }

  bool is_adopted(const Volume& volume, Goal goal) const {
    return carries_tags_of(volume, machine_) && !is_copy(volume) &&
           tag::value(volume.tags, tag::kGoal) == to_string(goal) &&
           (tag::value(volume.tags, tag::kUnattended) == "true") == unattended_;
  }

  Decision wait_for_release(const Volume& volume, const Attachment& held) const {
    const Instance* body = bodies_.find_body(held.instance);
    if (body == nullptr) {
      return decide_.stuck(Reason::volume_in_use_elsewhere, Errc::refused,
                           volume.id.str() + " is attached to " + held.instance.str() +
                               ", which is not an instance of this machine; detach it there first");
    }
    const bool noticed = body->state == InstanceState::running && bodies_.is_doomed(*body);
    const std::string where = volume.id.str() + " is " + std::string(to_string(held.state)) +
                              " at " + body->id.str() + " (" + std::string(to_string(body->state)) +
                              (noticed ? ", under notice)" : ")");
    const Duration waited = stood_for(Reason::waiting_for_release);
    const bool late = waited >= kReleaseLimit || stands(Reason::release_stuck);
    // A body that still runs, as under a notice, changes its state before it frees the volume.
    const bool soon = body->state != InstanceState::running || machine_.release_on_notice;
    if (!late) return decide_.wait(Reason::waiting_for_release, where, soon ? kSoon : kNotYet);
    return decide_.wait(Reason::release_stuck,
                        where + " for more than " + minutes_of(kReleaseLimit) +
                            "; a detach is never forced: if the instance is gone, ask AWS Support "
                            "to free the volume",
                        15s);
  }

  // A living body of ours holds the volume: follow it until it is up.
  Decision serve(const Volume& volume, const Attachment& held, const Instance& body) {
    if (body.state == InstanceState::stopping) return wait_for_release(volume, held);
    if (auto protection = protect(volume, body)) return std::move(*protection);
    if (body.state == InstanceState::stopped) return go_on_stopped(volume, held, body);
    const auto ailment =
        came_up(body) ? ailment_of(machine_, seen_, memory_, volume, body, now_) : std::nullopt;
    const bool wished =
        !unattended_ && came_up(body) &&
        (wants_successor(machine_, memory_, body, now_) || is_replaced_for(ailment));
    const Instance* successor = successor_of(body, wished);
    // A fleet's second body is there because EC2 sees the first one at risk.
    if (auto surplus = unattended_ ? std::nullopt : collect_all_but(volume, {&body, successor})) {
      return std::move(*surplus);
    }
    // EC2 may show `attaching` for a disk that the guest has long been using.
    const bool in_use = held.state == AttachmentState::attaching &&
                        (is_up(body) || bodies_.boot_of(body).root_up());
    if (held.state != AttachmentState::attached && !in_use) {
      return follow_attachment(volume, held, body);
    }
    if (!is_up(body)) return booting_.follow(volume, held, body, attended());
    if (auto refusal = check_address()) return std::move(*refusal);
    if (seen_.address_unread) {
      return decide_.wait(Reason::moving_address, "EC2 did not say where the address is", kSoon);
    }
    if (seen_.address && seen_.address->instance != body.id) return move_address(body);
    if (ailment && !is_replaced_for(ailment)) return care_for(body, *ailment);
    const bool missing = bodies_.answers(body) == false && !has_answered(body);
    if (missing && !ailment) return wait_for_service(body);
    if (intent_.patrol && (wished || successor != nullptr)) {
      if (auto step = hand_over(volume, body, successor)) return std::move(*step);
    }
    if (ailment) return care_for(body, *ailment);
    if (auto left = swapping_.tidy()) return std::move(*left);
    return up(body);
  }

  Attended attended() const { return unattended_ ? Attended::no : Attended::yes; }

  bool has_answered(const Instance& body) const {
    const auto note = memory_.probes.find(body.id);
    return note != memory_.probes.end() && note->second.answered;
  }

  // Rule S8 holds for an unhealthy body too: its successor is launched first.
  bool is_replaced_for(const std::optional<Ailment>& ailment) const {
    return ailment && ailment->sure && intent_.patrol && !unattended_ &&
           machine_.on_unhealthy == OnUnhealthy::replace && now_ - ailment->since >= kReplacedAfter;
  }

  Decision care_for(const Instance& body, const Ailment& ailment) const {
    const std::string what =
        body.id.str() + ": " + ailment.what + ", since " + format_iso8601(ailment.since);
    const auto restarted = memory_.restarted.find(body.id);
    const bool lately =
        restarted != memory_.restarted.end() && now_ - restarted->second < kRestartAgainAfter;
    const bool restart = ailment.sure && intent_.patrol && !unattended_ && !lately &&
                         machine_.on_unhealthy == OnUnhealthy::restart;
    if (restart) return decide_.act(Reason::restarting, what, step::RebootBody{body.id});
    return decide_.wait(Reason::unhealthy, what + "; see `console`", kCalm);
  }

  // There may have been no controller to mark an unattended instance: then its console counts, or
  // that it answers, as the console keeps only the latest lines.
  bool is_up(const Instance& body) const {
    const BootReport boot = bodies_.boot_of(body);
    const bool answers = bodies_.answers(body) == true && !boot.in_preboot();
    return came_up(body) || (unattended_ && (boot.root_up() || answers));
  }

  Decision follow_attachment(const Volume& volume, const Attachment& held,
                             const Instance& body) const {
    const std::string where =
        volume.id.str() + " is " + std::string(to_string(held.state)) + " at " + body.id.str();
    const bool stuck = held.state == AttachmentState::attaching && held.since != TimePoint{} &&
                       now_ - held.since > kAttachLimit;
    if (!stuck) return decide_.wait(Reason::waiting_for_attachment, where, kSoon);
    return decide_.act(
        Reason::attachment_stuck,
        where + " for " + minutes_of(now_ - held.since) + "; the instance is terminated",
        step::TerminateBody{body.id});
  }

  Decision move_address(const Instance& body) const {
    if (unattended_) {
      return decide_.wait(Reason::moving_address,
                          body.id.str() + " will take " + seen_.address->public_ip, kConsole);
    }
    return decide_.act(Reason::moving_address,
                       seen_.address->public_ip + " moves to " + body.id.str(),
                       step::MoveAddress{.address = seen_.address->id, .instance = body.id});
  }

  Decision wait_for_service(const Instance& body) const {
    return decide_.wait(Reason::waiting_for_service,
                        "no SSH server answers at " + host_of(body, seen_) + " yet", kSoon);
  }

  Decision up(const Instance& body) const {
    const std::string& at = host_of(body, seen_);
    return decide_.done(Reason::up, body.id.str() + " " +
                                        describe(Pool{body.type, body.zone, body.market}) +
                                        (at.empty() ? "" : " at " + at));
  }

  // A stopped body is started if the root is its own root disk. Else it has no use for the volume:
  // its guest has ended, so a plain detach is safe.
  Decision go_on_stopped(const Volume& volume, const Attachment& held, const Instance& body) const {
    const bool in_place = is_swapped(body) && held.device == body.root_device;
    if (in_place && held.state == AttachmentState::attaching) {
      return follow_attachment(volume, held, body);
    }
    if (held.state != AttachmentState::attached) return wait_for_release(volume, held);
    if (in_place) {
      if (auto step = swapping_.start(volume, body)) return std::move(*step);
    }
    return decide_.act(Reason::releasing_body, body.id.str() + " is stopped",
                       step::DetachRoot{volume.id, body.id});
  }

  // The volume is free, or its holder is lost: find the next body and give it the volume.
  Decision replace(const Volume& volume, const Attachment* held, const Instance* holder) {
    // These tags are from a version in which roots did not carry their own id.
    if (tag::value(volume.tags, tag::kVolume).empty()) {
      return decide_.act(Reason::adopting_volume, volume.id.str() + " gets its own id as a tag",
                         step::AdoptVolume{volume.id, Goal::up, unattended_});
    }
    if (auto differing = wait_for_one_view(volume, holder)) return std::move(*differing);
    if (auto doubt = wait_for_lost_root(volume, holder)) return std::move(*doubt);
    const Instance* next = bodies_.next_body(holder, swaps_);
    if (next == nullptr) return launching_.next_body(volume);
    if (auto surplus = collect_all_but(volume, {next, holder})) return std::move(*surplus);
    auto early = make_ready(volume, *next);
    if (held != nullptr && !breaks_rule(1) && (!early || early->steps.empty())) {
      return await_old_body(volume, *held, *holder, *next);
    }
    if (early) return std::move(*early);
    if (was_sent_lately(memory_.attach_sent, next->id, now_)) {
      return decide_.wait(Reason::waiting_for_attachment,
                          "the attachment was requested; EC2 does not show it yet", kSoon);
    }
    return decide_.act(
        Reason::attaching_root, volume.id.str() + " to " + next->id.str(),
        step::AttachRoot{volume.id, next->id, swaps_ ? next->root_device : machine_.device});
  }

  // What the next instance needs before it may get the root; nullopt: it is ready.
  std::optional<Decision> make_ready(const Volume& volume, const Instance& next) const {
    if (swaps_) return swapping_.prepare(next);
    if (next.state != InstanceState::pending) return wait_for_preboot(volume, next);
    return decide_.wait(Reason::waiting_for_body, next.id.str() + " is pending", kSoon);
  }

  // Rule S7: no step rests on a volume that a living body still shows as its own.
  std::optional<Decision> wait_for_one_view(const Volume& volume, const Instance* holder) const {
    for (const Instance& body : seen_.bodies) {
      if (&body == holder || !is_live(body) || bodies_.is_doomed(body) || !shows(body, volume.id)) {
        continue;
      }
      return decide_.wait(Reason::waiting_for_attachment,
                          body.id.str() + " shows " + volume.id.str() +
                              " as attached, and the volume does not show it; EC2's answers will "
                              "agree soon",
                          kSoon);
    }
    return std::nullopt;
  }

  // That an instance has lost its root is believed only after a while.
  std::optional<Decision> wait_for_lost_root(const Volume& volume, const Instance* holder) const {
    if (stood_for(Reason::root_lost) >= kRootLostFor) return std::nullopt;
    for (const Instance& body : seen_.bodies) {
      if (&body == holder || !is_live(body) || bodies_.is_doomed(body) ||
          !bodies_.has_entered(body)) {
        continue;
      }
      return decide_.wait(Reason::root_lost,
                          body.id.str() + " has entered the root, but EC2 does not show " +
                              volume.id.str() + " as attached to it",
                          kSoon);
    }
    return std::nullopt;
  }

  // The successor waits; the notice is used to its end unless the user wants it otherwise.
  Decision await_old_body(const Volume& volume, const Attachment& held, const Instance& holder,
                          const Instance& next) const {
    const bool ready = swaps_ ? !swapping_.prepare(next)
                              : next.state == InstanceState::running &&
                                    !bodies_.boot_of(next).stage.empty() &&
                                    !bodies_.boot_of(next).failed();
    if (!machine_.release_on_notice || !is_live(holder) || !ready) {
      return wait_for_release(volume, held);
    }
    if (auto protection = protect(volume, holder)) return std::move(*protection);
    return decide_.act(Reason::releasing_body,
                       holder.id.str() + " is under notice and " + next.id.str() + " waits",
                       step::TerminateBody{holder.id});
  }

  // A preboot system that is still looking for its own root by label could take the volume for it.
  // After a while it is past that, even if its console (which may lag) shows nothing.
  std::optional<Decision> wait_for_preboot(const Volume& volume, const Instance& next) const {
    const BootReport boot = bodies_.boot_of(next);
    if (boot.failed()) return booting_.fail(volume, boot, next, attended());
    if (auto denied = console_denied(decide_, seen_, next)) return denied;
    if (!boot.stage.empty() || now_ - next.launch_time > kSilentPreboot) return std::nullopt;
    return decide_.wait(Reason::waiting_for_preboot, next.id.str() + " boots its preboot system",
                        kSoon);
  }

  // Bodies of ours that lost the race for the volume, or were stopped and gave it back.
  std::optional<Decision> collect_all_but(const Volume& volume,
                                          std::initializer_list<const Instance*> kept) const {
    for (const Instance& body : seen_.bodies) {
      const bool costs = is_live(body) || body.state == InstanceState::stopped;
      const bool keep = std::find(kept.begin(), kept.end(), &body) != kept.end();
      if (keep || !costs || bodies_.is_doomed(body) || shows(body, volume.id)) continue;
      if (was_sent_lately(memory_.terminate_sent, body.id, now_)) continue;
      return decide_.act(Reason::collecting_body, body.id.str() + " has no root and is not needed",
                         step::TerminateBody{body.id, volume.id});
    }
    return std::nullopt;
  }

  // The instance that takes over from this working one, if any. Its tag says so to a controller
  // that does not know why. A single command leaves it to `watch` as long as it may yet boot.
  const Instance* successor_of(const Instance& body, bool wished) const {
    const Instance* tagged = bodies_.successor_of(body, swaps_);
    if (!intent_.patrol) {
      return tagged != nullptr && now_ - tagged->launch_time <= machine_.boot_limit ? tagged
                                                                                    : nullptr;
    }
    return tagged != nullptr || !wished ? tagged : bodies_.next_body(&body, swaps_);
  }

  // Rule S8: the working body ends only when the next one waits in its preboot system.
  std::optional<Decision> hand_over(const Volume& volume, const Instance& body,
                                    const Instance* successor) const {
    if (breaks_rule(8)) {
      return decide_.act(Reason::handing_over, body.id.str(), step::TerminateBody{body.id});
    }
    if (successor == nullptr) return launching_.successor(volume, body);
    if (swaps_) {
      if (auto early = swapping_.prepare(*successor)) {
        if (early->reason == Reason::swapping_root) early->reason = Reason::preparing_hand_over;
        return early;
      }
      return give_way(body, *successor);
    }
    const BootReport boot = bodies_.boot_of(*successor);
    if (auto denied = console_denied(decide_, seen_, *successor)) return denied;
    const bool late = now_ - successor->launch_time > machine_.boot_limit;
    if (boot.failed() || (boot.stage.empty() && late)) {
      return decide_.act(Reason::collecting_body,
                         successor->id.str() + " was launched to take over and did not come up",
                         step::TerminateBody{successor->id, volume.id});
    }
    if (successor->state == InstanceState::pending || boot.stage.empty()) {
      return decide_.wait(Reason::preparing_hand_over,
                          successor->id.str() + " boots to take over from " + body.id.str(),
                          kConsole);
    }
    return give_way(body, *successor);
  }

  Decision give_way(const Instance& body, const Instance& successor) const {
    return decide_.act(Reason::handing_over,
                       body.id.str() + " gives way to " + successor.id.str() + ", which waits",
                       step::TerminateBody{body.id});
  }

  // Rule S3: EC2 would delete the volume with this instance; that is changed before anything else.
  std::optional<Decision> protect(const Volume& volume, const Instance& body) const {
    for (const Attachment& attachment : volume.attachments) {
      const bool harmless = attachment.instance != body.id || !attachment.delete_on_termination;
      if (harmless || breaks_rule(3)) continue;
      return decide_.act(Reason::protecting_root,
                         volume.id.str() + " would be deleted with " + body.id.str(),
                         step::ProtectRoot{volume.id, body.id, attachment.device});
    }
    return std::nullopt;
  }

  const Machine& machine_;
  const Intent& intent_;
  const Observation& seen_;
  const Memory& memory_;
  TimePoint now_;
  BodyView bodies_;
  Decisions decide_;
  Launching launching_;
  FleetKeeping fleets_;
  Swapping swapping_;
  Booting booting_;
  bool unattended_ = false;
  bool swaps_ = false;  // bodies get the root as their own root disk
};

}  // namespace

Decision plan(const Machine& machine, const Intent& intent, const Observation& seen,
              const Memory& memory, TimePoint now) {
  Planner planner(machine, intent, seen, memory, now);
  Decision decision = intent.goal == Goal::up ? planner.bring_up() : planner.put_to_rest();
  if (decision.progress == Decision::Progress::stuck) {
    const bool is_list = decision.detail.find('\n') != std::string::npos;
    decision.detail += std::string(is_list ? "\n" : "; ") + "see docs/manual/reasons.md";
  }
  return decision;
}

}  // namespace ec2spotter
