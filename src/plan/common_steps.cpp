#include "plan/common_steps.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "model/tags.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/address_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"
#include "plan/ways/replacing.hpp"
#include "plan/ways/swapping.hpp"

namespace ec2spotter {

bool was_sent_lately(const std::map<InstanceId, TimePoint>& sent, const InstanceId& id,
                     TimePoint now) {
  const auto found = sent.find(id);
  return found != sent.end() && now - found->second < kSendAgainAfter;
}

Decision adopt(const Situation& s, const Root& root, Goal goal, const std::string& what) {
  return s.decide.act(Reason::adopting_volume, root.volume.id.str() + " " + what,
                      step::AdoptVolume{root.volume.id, goal, root.unattended});
}

std::optional<Decision> check_address(const Situation& s) {
  if (!s.seen.address_wanted || s.seen.address_unread) return std::nullopt;
  if (!s.seen.address) {
    return s.decide.stuck(Reason::address_missing, Errc::not_found,
                          "there is no Elastic IP " + s.machine.elastic_ip +
                              " in this region; allocate it, or correct elastic_ip");
  }
  const auto other = other_user(*s.seen.address, s.machine, s.seen);
  if (!other) return std::nullopt;
  return s.decide.stuck(Reason::address_in_use_elsewhere, Errc::refused,
                        s.seen.address->public_ip + " belongs to " + *other +
                            ", which is not this machine's; disassociate it there, or name "
                            "another address");
}

Decision wait_for_release(const Situation& s, const Root& root) {
  if (root.held == nullptr) return Replacing(s).follow(root);
  if (root.holder != nullptr) return await_release(s, root.volume, *root.held, *root.holder);
  return s.decide.stuck(Reason::volume_in_use_elsewhere, Errc::refused,
                        root.volume.id.str() + " is attached to " + root.held->instance.str() +
                            ", which is not an instance of this machine; detach it there first");
}

Decision await_release(const Situation& s, const Volume& volume, const Attachment& held,
                       const Instance& body) {
  const bool noticed = body.state == InstanceState::running && s.bodies.is_doomed(body);
  const std::string where = volume.id.str() + " is " + std::string(to_string(held.state)) + " at " +
                            body.id.str() + " (" + std::string(to_string(body.state)) +
                            (noticed ? ", under notice)" : ")");
  const bool late =
      s.waits_too_long(Reason::waiting_for_release, Reason::release_stuck, kReleaseLimit);
  // A body that still runs, as under a notice, changes its state before it frees the volume.
  const bool soon = body.state != InstanceState::running || s.machine.release_on_notice;
  if (!late) {
    return s.decide.wait(Reason::waiting_for_release, where, soon ? kPollChange : kPollEnding);
  }
  return s.decide.wait(Reason::release_stuck,
                       where + " for more than " + minutes_of(kReleaseLimit) +
                           "; a detach is never forced: if the instance is gone, ask AWS Support "
                           "to free the volume",
                       kPollSupport);
}

std::optional<Decision> make_disk_ready(const Situation& s, const Root& root,
                                        const Instance& next) {
  const bool swaps = root.engine.engine == Engine::swap;
  return swaps ? Swapping(s).prepare(next) : Replacing(s).prepare(next);
}

std::optional<Decision> protect(const Situation& s, const Root& root) {
  const Instance* body = root.holder;
  if (body == nullptr || has_ended(*body)) return std::nullopt;
  const VolumeId& id = root.volume.id;
  for (const Attachment& attachment : root.volume.attachments) {
    const bool harmless = attachment.instance != body->id || !attachment.delete_on_termination;
    if (harmless || breaks_rule(3)) continue;
    return s.decide.act(Reason::protecting_root,
                        id.str() + " would be deleted with " + body->id.str(),
                        step::ProtectRoot{id, body->id, attachment.device});
  }
  return std::nullopt;
}

// The newest of them that has not failed; nullptr: there is none.
const Snapshot* find_snapshot(const std::vector<Snapshot>& snapshots, const VolumeId& volume,
                              SnapshotPurpose purpose, int generation) {
  const Snapshot* best = nullptr;
  for (const Snapshot& snapshot : snapshots) {
    const bool fits = snapshot.volume == volume && snapshot.state != SnapshotState::error &&
                      is_for(snapshot, purpose, generation);
    if (fits && (best == nullptr || snapshot.started > best->started)) best = &snapshot;
  }
  return best;
}

bool is_idle(const Volume& volume) {
  return volume.attachments.empty() && volume.state != VolumeState::creating &&
         volume.state != VolumeState::deleting;
}

std::optional<Decision> delete_retired(const Situation& s, const Volume& volume, Duration kept) {
  const auto since = parse_iso8601(tag::value(volume.tags, tag::kRetiredAt));
  if (!is_retired(volume) || !is_idle(volume) || !since || s.now - *since < kept) {
    return std::nullopt;
  }
  return s.decide.act(
      Reason::tidying_up,
      volume.id.str() + " was retired at " + format_iso8601(*since) + ", and its time is over",
      step::DeleteVolume{volume.id});
}

std::string progress_of(const Snapshot& snapshot) {
  return snapshot.id.str() + " is " + std::string(to_string(snapshot.state)) +
         (snapshot.progress.empty() ? "" : ", " + snapshot.progress);
}

bool made_is_unseen(const Situation& s) {
  const Made& made = s.memory.made;
  if (made.id.empty() || s.now - made.at >= kStorageShown) return false;
  const auto shows_it = [&](const auto& all) {
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& each) { return each.id.str() == made.id; });
  };
  const bool abroad =
      s.seen.abroad && *s.seen.abroad &&
      (shows_it((*s.seen.abroad)->snapshots) || shows_it((*s.seen.abroad)->volumes));
  return !abroad && !shows_it(s.seen.snapshots) && !shows_it(s.seen.volumes) &&
         !shows_it(s.seen.data_volumes);
}

std::optional<Decision> collect_all_but(const Situation& s, const Volume& volume,
                                        std::initializer_list<const Instance*> kept) {
  for (const Instance& body : s.seen.bodies) {
    const bool costs = is_live(body) || body.state == InstanceState::stopped;
    const bool keep = std::find(kept.begin(), kept.end(), &body) != kept.end();
    if (keep || !costs || s.bodies.is_doomed(body) || shows(body, volume.id)) continue;
    if (s.bodies.task_of(body) != nullptr) continue;
    if (was_sent_lately(s.memory.terminate_sent, body.id, s.now)) continue;
    return s.decide.act(Reason::collecting_body, body.id.str() + " has no root and is not needed",
                        step::TerminateBody{body.id, volume.id});
  }
  return std::nullopt;
}

}  // namespace ec2spotter
