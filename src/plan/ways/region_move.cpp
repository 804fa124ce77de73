#include "plan/ways/region_move.hpp"

#include <algorithm>

#include "model/tags.hpp"
#include "model/text/zone.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/limits.hpp"
#include "plan/ways/interface_keeping.hpp"

namespace ec2spotter {
bool is_of_move(const Snapshot& snapshot, int generation) {
  return tag::value(snapshot.tags, tag::kPurpose) != to_string(SnapshotPurpose::backup) &&
         generation_of_tags(snapshot.tags) <= generation;
}

bool is_spare(const Volume& volume, const Machine& machine, int generation) {
  const bool spare =
      tag::value(volume.tags, tag::kRole) == tag::kRoleNext || is_spare_data(volume, machine);
  return spare && is_idle(volume) && generation_of(volume) <= generation;
}

const Volume* departed_root(const Machine& machine, const std::vector<Volume>& volumes) {
  const Volume* newest = nullptr;
  for (const Volume& volume : volumes) {
    if (!carries_tags_of(volume, machine) || is_copy(volume)) continue;
    if (newest == nullptr || generation_of(volume) > generation_of(*newest)) newest = &volume;
  }
  return newest != nullptr && has_departed(*newest) ? newest : nullptr;
}

Decision RegionMove::wait(const Root& root, const std::string& what) const {
  return s_.decide.wait(Reason::moving_root,
                        root.volume.id.str() + " moves to " + root.order->zone + ": " + what,
                        kPollChange);
}

std::optional<Decision> RegionMove::hindrance(const Root& root) const {
  const std::string region = region_of_place(root.order->zone);
  const std::string stop = "; `move " + s_.machine.name.str() + " --cancel` stops the order";
  if (machine_in(s_.machine, region) == nullptr) {
    return s_.decide.stuck(Reason::move_refused, Errc::invalid,
                           root.volume.id.str() + " is to move to " + region +
                               ", for which the machine file has no table [regions." + region +
                               "]" + stop);
  }
  if (!s_.seen.abroad) return wait(root, "EC2 in " + region + " has not been asked yet");
  if (*s_.seen.abroad) return std::nullopt;
  return wait(
      root, "EC2 in " + region + " does not answer: " + s_.seen.abroad->error().describe() + stop);
}

const Volume* RegionMove::made_root(const Root& root) const {
  for (const Volume& volume : (*s_.seen.abroad)->volumes) {
    const bool made = carries_tags_of(volume, s_.machine) && !is_copy(volume) &&
                      generation_of(volume) >= root.order->generation;
    if (made) return &volume;
  }
  return nullptr;
}

const Snapshot* RegionMove::copy_of(const Volume& volume, SnapshotPurpose purpose,
                                    int generation) const {
  const Snapshot* best = nullptr;
  for (const Snapshot& snapshot : (*s_.seen.abroad)->snapshots) {
    const bool fits = tag::value(snapshot.tags, tag::kFrom) == volume.id.str() &&
                      snapshot.state != SnapshotState::error &&
                      is_for(snapshot, purpose, generation);
    if (fits && (best == nullptr || snapshot.id < best->id)) best = &snapshot;
  }
  return best;
}

std::optional<Decision> RegionMove::bring(const Root& root, const Volume& volume,
                                          SnapshotPurpose purpose) const {
  const MoveOrder& order = *root.order;
  const Snapshot* source = find_snapshot(s_.seen.snapshots, volume.id, purpose, order.generation);
  if (source == nullptr) return wait(root, "a snapshot is not shown");
  const auto& there = (*s_.seen.abroad)->snapshots;
  const auto failed = std::find_if(there.begin(), there.end(), [&](const Snapshot& snapshot) {
    return snapshot.state == SnapshotState::error && is_for(snapshot, purpose, order.generation) &&
           tag::value(snapshot.tags, tag::kFrom) == volume.id.str();
  });
  if (failed != there.end()) {
    return s_.decide.stuck(
        Reason::move_refused, Errc::wrong_state,
        "EC2 could not copy " + source->id.str() + " to " + region_of_place(order.zone) + " (" +
            failed->id.str() + ": " + failed->message +
            "); nothing is lost: the move goes on when that copy is deleted, and `move " +
            s_.machine.name.str() + " --cancel` stops the order");
  }
  return s_.decide.act(Reason::moving_root,
                       source->id.str() + " is copied to " + region_of_place(order.zone),
                       step::CopySnapshot{.root = root.volume.id,
                                          .volume = volume.id,
                                          .snapshot = source->id,
                                          .purpose = purpose,
                                          .order = order});
}

std::optional<Decision> RegionMove::copies(const Root& root,
                                           const std::vector<const Volume*>& volumes,
                                           SnapshotPurpose purpose) const {
  std::optional<Decision> waiting;
  for (const Volume* volume : volumes) {
    const Snapshot* copy = copy_of(*volume, purpose, root.order->generation);
    if (copy == nullptr) {
      if (made_is_unseen(s_)) return wait(root, "EC2 does not show " + s_.memory.made.id + " yet");
      return bring(root, *volume, purpose);
    }
    if (copy->state != SnapshotState::completed) waiting = wait(root, progress_of(*copy));
  }
  return waiting;
}

std::optional<Decision> RegionMove::tidy_stopped(const Root& root) const {
  if (!s_.seen.abroad || !*s_.seen.abroad) return std::nullopt;
  const std::string region = region_left_for(root.volume);
  const int generation = generation_of(root.volume);
  const auto drop = [&](const std::string& id) {
    return s_.decide.act(Reason::tidying_up, id + " in " + region + " is not needed any more",
                         step::DeleteAbroad{root.volume.id, region, id});
  };
  for (const Volume& volume : (*s_.seen.abroad)->volumes) {
    if (is_spare(volume, s_.machine, generation)) return drop(volume.id.str());
  }
  for (const Snapshot& snapshot : (*s_.seen.abroad)->snapshots) {
    if (is_of_move(snapshot, generation)) return drop(snapshot.id.str());
  }
  return std::nullopt;
}

// The root itself, at rest, has the content of the snapshots.
std::optional<Decision> RegionMove::delete_leftover(const Volume& root) const {
  const int generation = order_of(root)->generation;
  for (const Instance& body : s_.seen.bodies) {
    if (!is_live(body) && body.state != InstanceState::stopped) continue;
    if (s_.bodies.is_doomed(body)) continue;
    return s_.decide.act(Reason::collecting_body, body.id.str() + " waits for a root that has left",
                         step::TerminateBody{body.id, root.id});
  }
  for (const Volume& volume : s_.seen.data_volumes) {
    if (!is_data_of(volume, s_.machine) || is_retired(volume)) continue;
    if (generation_of(volume) >= generation) continue;
    return s_.decide.act(Reason::tidying_up, volume.id.str() + " has moved with the root",
                         step::RetireRoot{volume.id});
  }
  for (const auto* volumes : {&s_.seen.volumes, &s_.seen.data_volumes}) {
    for (const Volume& volume : *volumes) {
      if (!is_spare(volume, s_.machine, generation)) continue;
      return s_.decide.act(Reason::tidying_up, volume.id.str() + " did not become the root",
                           step::DeleteVolume{volume.id});
    }
  }
  for (const Snapshot& snapshot : s_.seen.snapshots) {
    if (!is_of_move(snapshot, generation)) continue;
    return s_.decide.act(Reason::tidying_up, snapshot.id.str() + " has served its move",
                         step::DeleteSnapshot{snapshot.id});
  }
  return InterfaceKeeping(s_).tidy_departed();
}

// Rule S3: what has not come up yet may need the volume that it was made from.
bool RegionMove::has_come_up(const MoveOrder& order) const {
  if (!s_.seen.abroad || !*s_.seen.abroad) return false;
  const auto& volumes = (*s_.seen.abroad)->volumes;
  return std::any_of(volumes.begin(), volumes.end(), [&](const Volume& volume) {
    const bool settled = generation_of(volume) > order.generation ||
                         tag::value(volume.tags, tag::kLeftovers) == tag::kGone;
    return carries_tags_of(volume, s_.machine) && !is_copy(volume) && settled &&
           generation_of(volume) >= order.generation;
  });
}

std::optional<Decision> RegionMove::delete_expired(const Volume& root) const {
  if (!has_come_up(*order_of(root))) return std::nullopt;
  for (const auto* volumes : {&s_.seen.data_volumes, &s_.seen.volumes}) {
    for (const Volume& volume : *volumes) {
      const bool ours = carries_tags_of(volume, s_.machine) || is_data_of(volume, s_.machine);
      if (!ours || is_copy(volume)) continue;
      if (auto expired = delete_retired(s_, volume, s_.machine.keep_retired)) return expired;
    }
  }
  return std::nullopt;
}

Decision RegionMove::departed(const Volume& root) const {
  const MoveOrder order = *order_of(root);
  const bool kept = tag::value(root.tags, tag::kLeftovers) != tag::kGone;
  if (auto leftover = kept ? delete_leftover(root) : delete_expired(root)) {
    return std::move(*leftover);
  }
  const auto since = parse_iso8601(tag::value(root.tags, tag::kRetiredAt));
  if (kept && since && s_.now - *since >= kClaimsKept) {
    return s_.decide.act(Reason::tidying_up, "the move to " + order.zone + " is over",
                         step::EndMove{root.id, order.generation});
  }
  return choose_root(s_.machine, s_.seen, s_.now).refusal.value();
}

}  // namespace ec2spotter
