#include "plan/plan.hpp"

#include <algorithm>
#include <utility>

#include "base/sha256.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;
using Progress = Decision::Progress;

constexpr Duration kSoon = 1s;     // a state change of EC2 is expected
constexpr Duration kConsole = 2s;  // the guest is at work
constexpr Duration kCalm = 15s;    // nothing is expected

bool is_live(const Instance& body) {
  return body.state == InstanceState::pending || body.state == InstanceState::running;
}

const Attachment* holding(const Volume& volume) {
  for (const Attachment& attachment : volume.attachments) {
    if (attachment.state != AttachmentState::detached) return &attachment;
  }
  return nullptr;
}

// One planning of one machine; a scratch value of plan().
class Planner {
 public:
  Planner(const Machine& machine, const Observation& seen, const Memory& memory, TimePoint now)
      : machine_(machine), seen_(seen), memory_(memory), now_(now) {}

  Decision bring_up() {
    if (auto refusal = check_volume()) return std::move(*refusal);
    const Volume& volume = seen_.volumes.front();
    if (auto refusal = check_address()) return std::move(*refusal);
    const Attachment* held = holding(volume);
    const Instance* holder = held != nullptr ? find_body(held->instance) : nullptr;
    // A volume in foreign hands is left as it is, its tags included.
    if (held != nullptr && holder == nullptr) return wait_for_release(volume, *held);
    if (!is_adopted(volume, Goal::up)) {
      return act(Reason::adopting_volume, volume.id.str() + " becomes the root of this machine",
                 {step::AdoptVolume{volume.id, Goal::up}});
    }
    if (holder != nullptr && !is_doomed(*holder, seen_)) return serve(volume, *held, *holder);
    return replace(volume, held);
  }

  Decision put_to_rest() {
    if (auto refusal = check_volume()) return std::move(*refusal);
    const Volume& volume = seen_.volumes.front();
    if (tag::value(volume.tags, tag::kMachine).empty()) {
      return stuck(Reason::volume_not_adopted, Errc::not_found,
                   volume.id.str() + " is not a machine of ours yet; launch it first");
    }
    if (!is_adopted(volume, Goal::paused)) {
      return act(Reason::adopting_volume, volume.id.str() + " is to rest",
                 {step::AdoptVolume{volume.id, Goal::paused}});
    }
    for (const Instance& body : seen_.bodies) {
      if (!is_live(body) && body.state != InstanceState::stopped) continue;
      if (auto protection = protect(volume, body)) return std::move(*protection);
      return act(Reason::releasing_body, "terminating " + body.id.str(),
                 {step::TerminateBody{body.id}});
    }
    if (const Attachment* held = holding(volume)) return wait_for_release(volume, *held);
    return done(Reason::paused, volume.id.str() + " is free");
  }

 private:
  std::optional<Decision> check_volume() const {
    const std::string wish = "root volume " + machine_.volume.describe();
    if (seen_.volumes.empty()) {
      return stuck(Reason::volume_missing, Errc::not_found,
                   "there is no " + wish + " in this region; check its name and the region");
    }
    if (seen_.volumes.size() > 1) return ambiguous_volume(wish);
    const Volume& volume = seen_.volumes.front();
    const std::string owner = tag::value(volume.tags, tag::kOwner);
    const std::string name = tag::value(volume.tags, tag::kMachine);
    if ((!owner.empty() && owner != machine_.owner.str()) ||
        (!name.empty() && name != machine_.name.str())) {
      return stuck(Reason::volume_of_other_owner, Errc::refused,
                   volume.id.str() + " is the root of machine '" + name + "' of owner '" + owner +
                       "'; use that name and owner, or another volume");
    }
    if (tag::value(volume.tags, tag::kState) == "retired") {
      return stuck(Reason::volume_retired, Errc::refused,
                   volume.id.str() + " is retired: a newer copy has taken its place");
    }
    if (volume.multi_attach) {
      return stuck(
          Reason::volume_multi_attach, Errc::refused,
          volume.id.str() +
              " allows several attachments, so it cannot be a lock; turn Multi-Attach off");
    }
    if (!machine_.zone.empty() && machine_.zone != volume.zone) {
      return stuck(Reason::volume_in_other_zone, Errc::invalid,
                   volume.id.str() + " is in " + volume.zone + ", not in " + machine_.zone +
                       "; correct the zone of the machine");
    }
    return check_volume_state(volume);
  }

  std::optional<Decision> check_volume_state(const Volume& volume) const {
    switch (volume.state) {
      case VolumeState::available:
      case VolumeState::in_use: return std::nullopt;
      case VolumeState::creating:
        return wait(Reason::waiting_for_volume, volume.id.str() + " is being created", kSoon);
      default:
        return stuck(Reason::volume_unusable, Errc::wrong_state,
                     volume.id.str() + " is in state " + std::string(to_string(volume.state)) +
                         "; nothing was touched");
    }
  }

  Decision ambiguous_volume(const std::string& wish) const {
    std::string ids;
    for (const Volume& volume : seen_.volumes) ids += " " + volume.id.str();
    return stuck(Reason::volume_ambiguous, Errc::invalid,
                 std::to_string(seen_.volumes.size()) + " volumes may be " + wish + ":" + ids +
                     "; name one by its id");
  }

  std::optional<Decision> check_address() const {
    if (!seen_.address_wanted) return std::nullopt;
    if (!seen_.address) {
      return stuck(Reason::address_missing, Errc::not_found,
                   "no Elastic IP " + machine_.elastic_ip +
                       " in this region; allocate it, or correct elastic_ip");
    }
    const Address& address = *seen_.address;
    const std::string name = tag::value(address.tags, tag::kMachine);
    const bool others_tag = !name.empty() && name != machine_.name.str();
    const bool others_instance =
        !address.instance.empty() && find_body(address.instance) == nullptr;
    if (!others_tag && !others_instance) return std::nullopt;
    return stuck(Reason::address_in_use_elsewhere, Errc::refused,
                 address.public_ip + " belongs to " +
                     (others_tag ? "machine '" + name + "'" : address.instance.str()) +
                     ", which is not ours; disassociate it there, or name another address");
  }

  bool is_adopted(const Volume& volume, Goal goal) const {
    return tag::value(volume.tags, tag::kOwner) == machine_.owner.str() &&
           tag::value(volume.tags, tag::kMachine) == machine_.name.str() &&
           tag::value(volume.tags, tag::kRole) == "root" &&
           tag::value(volume.tags, tag::kGoal) == to_string(goal);
  }

  // The instance, if it is ours; a foreign holder is nobody to us.
  const Instance* find_body(const InstanceId& id) const {
    for (const Instance& body : seen_.bodies) {
      if (body.id == id) return &body;
    }
    return nullptr;
  }

  Decision wait_for_release(const Volume& volume, const Attachment& held) const {
    const Instance* body = find_body(held.instance);
    if (body == nullptr) {
      return stuck(
          Reason::volume_in_use_elsewhere, Errc::refused,
          volume.id.str() + " is attached to " + held.instance.str() +
              ", which is not a body of this machine; detach it there first, or import it");
    }
    return wait(Reason::waiting_for_release,
                volume.id.str() + " is " + std::string(to_string(held.state)) + " at " +
                    body->id.str() + " (" + std::string(to_string(body->state)) + ")",
                kSoon);
  }

  // The volume is on a living body of ours: see it through to being up.
  Decision serve(const Volume& volume, const Attachment& held, const Instance& body) {
    if (body.state == InstanceState::stopped) return leave_stopped_body(volume, held, body);
    if (body.state == InstanceState::stopping) return wait_for_release(volume, held);
    if (auto protection = protect(volume, body)) return std::move(*protection);
    if (auto surplus = collect_all_but(body.id)) return std::move(*surplus);
    if (held.state != AttachmentState::attached) {
      return wait(
          Reason::waiting_for_attachment,
          volume.id.str() + " is " + std::string(to_string(held.state)) + " at " + body.id.str(),
          kSoon);
    }
    if (tag::value(body.tags, tag::kRoot) != "up") return follow_boot(body);
    if (seen_.address && seen_.address->instance != body.id) return move_address(body);
    return check_service(body);
  }

  Decision follow_boot(const Instance& body) const {
    const auto found = seen_.boots.find(body.id);
    const BootReport boot = found == seen_.boots.end() ? BootReport{} : found->second;
    const bool entered = boot.stage == "enter" && boot.result == "ok";
    const auto reachable = seen_.reachable.find(body.id);
    const bool answers = reachable != seen_.reachable.end() && reachable->second;
    // A volume that keeps out our unit cannot say that it is up: then the probe has to.
    if (boot.root_up() || (!machine_.adopt && entered && answers)) {
      return act(Reason::booting, "the root is up on " + body.id.str(),
                 {step::MarkRootUp{body.id}});
    }
    if (boot.failed()) return boot_failed(boot, body);
    if (now_ - body.launch_time > kBootLimit) {
      return stuck(
          Reason::boot_timeout, Errc::timeout,
          body.id.str() + " has not brought the root up in " +
              std::to_string(std::chrono::duration_cast<std::chrono::minutes>(kBootLimit).count()) +
              " minutes, last stage: " + (boot.stage.empty() ? "none" : boot.stage) +
              "; see `console`");
    }
    const std::string stage =
        boot.stage.empty() ? "waiting for the first sign of life" : boot.stage + " " + boot.result;
    return wait(Reason::booting, body.id.str() + ": " + stage, kConsole);
  }

  Decision boot_failed(const BootReport& boot, const Instance& body) const {
    return stuck(Reason::boot_failed, Errc::wrong_state,
                 "stage " + boot.stage + " failed on " + body.id.str() + ": " + boot.reason +
                     (boot.detail.empty() ? "" : " (" + boot.detail + ")") +
                     "; the body is reachable; see `console`, then `pause`");
  }

  Decision move_address(const Instance& body) const {
    return act(Reason::moving_address, seen_.address->public_ip + " moves to " + body.id.str(),
               {step::MoveAddress{.address = seen_.address->id,
                                  .old_association = seen_.address->association,
                                  .instance = body.id}});
  }

  Decision check_service(const Instance& body) const {
    const auto probe = seen_.reachable.find(body.id);
    const std::string where = seen_.address ? seen_.address->public_ip : body.public_ip;
    if (probe != seen_.reachable.end() && !probe->second) {
      return wait(Reason::waiting_for_service, "no SSH server answers at " + where + " yet", kSoon);
    }
    return done(Reason::up, body.id.str() + " " +
                                describe(Pool{body.type, body.zone, body.market}) +
                                (where.empty() ? "" : " at " + where));
  }

  // A stopped body holds the volume for nothing: its guest has ended, so a plain detach is safe.
  Decision leave_stopped_body(const Volume& volume, const Attachment& held,
                              const Instance& body) const {
    if (held.state == AttachmentState::attached) {
      return act(Reason::releasing_body, body.id.str() + " is stopped",
                 {step::DetachRoot{volume.id, body.id}});
    }
    return wait_for_release(volume, held);
  }

  // The volume is free, or its holder is lost: find the next body and give it the volume.
  Decision replace(const Volume& volume, const Attachment* held) {
    const Instance* next = next_body();
    if (next == nullptr) return launch(volume);
    if (auto surplus = collect_all_but(next->id)) return std::move(*surplus);
    if (held != nullptr) return wait_for_release(volume, *held);
    if (next->state == InstanceState::pending) {
      return wait(Reason::waiting_for_body, next->id.str() + " is pending", kSoon);
    }
    if (auto early = wait_for_preboot(*next)) return std::move(*early);
    const auto sent = memory_.attach_sent.find(next->id);
    if (sent != memory_.attach_sent.end() && now_ - sent->second < 5s) {
      return wait(Reason::waiting_for_attachment, "attachment asked for, not yet visible", kSoon);
    }
    return act(Reason::attaching_root, volume.id.str() + " to " + next->id.str(),
               {step::AttachRoot{volume.id, next->id, machine_.device}});
  }

  // A preboot system that is still looking for its own root by label could take the volume for it.
  // A body that says nothing (its console may lag by minutes) is past that after a while.
  std::optional<Decision> wait_for_preboot(const Instance& next) const {
    const auto found = seen_.boots.find(next.id);
    const bool speaks = found != seen_.boots.end() && !found->second.stage.empty();
    if (speaks && found->second.failed()) return boot_failed(found->second, next);
    if (speaks || now_ - next.launch_time > kSilentPreboot) return std::nullopt;
    return wait(Reason::waiting_for_preboot, next.id.str() + " boots its preboot system", kSoon);
  }

  // The living body without the root that was launched first; ties go to the smaller id.
  const Instance* next_body() const {
    const Instance* best = nullptr;
    for (const Instance& body : seen_.bodies) {
      if (!is_live(body) || is_doomed(body, seen_)) continue;
      if (best == nullptr ||
          std::pair(body.launch_time, body.id) < std::pair(best->launch_time, best->id)) {
        best = &body;
      }
    }
    return best;
  }

  // Bodies of ours that lost the race for the volume, or were stopped and gave it back.
  std::optional<Decision> collect_all_but(const InstanceId& keep) const {
    for (const Instance& body : seen_.bodies) {
      const bool costs = is_live(body) || body.state == InstanceState::stopped;
      if (body.id == keep || !costs || is_doomed(body, seen_)) continue;
      const auto sent = memory_.terminate_sent.find(body.id);
      if (sent != memory_.terminate_sent.end() && now_ - sent->second < 5s) continue;
      return act(Reason::collecting_body, body.id.str() + " has no root and another body has",
                 {step::TerminateBody{body.id}});
    }
    return std::nullopt;
  }

  Decision launch(const Volume& volume) const {
    std::vector<Candidate> candidates;
    std::optional<Pool> chosen;
    TimePoint reopen = now_ + kCalm;
    for (const Pool& pool : pools_of(machine_, volume.zone)) {
      const auto mark = memory_.closed_pools.find(pool);
      const bool open = mark == memory_.closed_pools.end() || mark->second.until <= now_;
      if (!open) {
        reopen = std::min(reopen, mark->second.until);
        candidates.push_back({.pool = pool, .why = mark->second.why});
      } else {
        const bool take = !chosen;
        if (take) chosen = pool;
        candidates.push_back(
            {.pool = pool, .taken = take, .why = take ? "first open pool" : "a later choice"});
      }
    }
    Decision decision =
        chosen ? act(Reason::launching_body, describe(*chosen),
                     {step::LaunchBody{*chosen, volume.id,
                                       launch_token(machine_, volume.id, last_body(), *chosen,
                                                    memory_.launch_attempt)}})
               : wait(Reason::no_capacity, no_capacity_text(candidates), reopen - now_);
    decision.candidates = std::move(candidates);
    return decision;
  }

  static std::string no_capacity_text(const std::vector<Candidate>& candidates) {
    std::string text = "no pool can give a body:";
    for (const Candidate& candidate : candidates) {
      text += "\n  " + describe(candidate.pool) + ": " + candidate.why;
    }
    return text;
  }

  // The newest body that has ended: what makes the next incarnation differ from this one.
  InstanceId last_body() const {
    const Instance* last = nullptr;
    for (const Instance& body : seen_.bodies) {
      if (last == nullptr ||
          std::pair(last->launch_time, last->id) < std::pair(body.launch_time, body.id)) {
        last = &body;
      }
    }
    return last == nullptr ? InstanceId() : last->id;
  }

  // Rule S3: a body that would take the volume with it is cured of that before anything else.
  std::optional<Decision> protect(const Volume& volume, const Instance& body) const {
    for (const Attachment& attachment : volume.attachments) {
      if (attachment.instance != body.id || !attachment.delete_on_termination) continue;
      return act(Reason::protecting_root,
                 volume.id.str() + " would be deleted with " + body.id.str(),
                 {step::ProtectRoot{volume.id, body.id, attachment.device}});
    }
    return std::nullopt;
  }

  Decision act(Reason reason, std::string detail, std::vector<Step> steps) const {
    return {.steps = std::move(steps),
            .reason = reason,
            .detail = std::move(detail),
            .wake_at = now_ + kSoon,
            .candidates = {}};
  }
  Decision wait(Reason reason, std::string detail, Duration for_long) const {
    return {.steps = {},
            .reason = reason,
            .detail = std::move(detail),
            .wake_at = now_ + for_long,
            .candidates = {}};
  }
  Decision done(Reason reason, std::string detail) const {
    Decision decision = wait(reason, std::move(detail), kCalm);
    decision.progress = Progress::done;
    return decision;
  }
  Decision stuck(Reason reason, Errc errc, std::string detail) const {
    Decision decision = wait(reason, std::move(detail), kCalm);
    decision.progress = Progress::stuck;
    decision.errc = errc;
    return decision;
  }

  const Machine& machine_;
  const Observation& seen_;
  const Memory& memory_;
  TimePoint now_;
};

}  // namespace

bool is_doomed(const Instance& instance, const Observation& seen) {
  if (instance.state == InstanceState::shutting_down ||
      instance.state == InstanceState::terminated) {
    return true;
  }
  for (const SpotRequest& request : seen.requests) {
    if (request.instance != instance.id) continue;
    return request.status_code == "marked-for-termination" ||
           request.status_code == "marked-for-stop" ||
           request.status_code.starts_with("instance-terminated") ||
           request.status_code.starts_with("spot-instance-terminated");
  }
  return false;
}

std::string launch_token(const Machine& machine, const VolumeId& volume,
                         const InstanceId& last_body, const Pool& pool, int attempt) {
  return sha256_hex(machine.owner.str() + "\n" + machine.name.str() + "\n" + volume.str() + "\n" +
                    last_body.str() + "\n" + describe(pool) + "\n" + machine.image + "\n" +
                    std::to_string(attempt));
}

Decision plan(const Machine& machine, Goal goal, const Observation& seen, const Memory& memory,
              TimePoint now) {
  Planner planner(machine, seen, memory, now);
  return goal == Goal::up ? planner.bring_up() : planner.put_to_rest();
}

}  // namespace ec2spotter
