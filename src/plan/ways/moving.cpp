#include "plan/ways/moving.hpp"

#include <algorithm>

#include "model/key_trouble.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/free_root.hpp"
#include "plan/limits.hpp"
#include "plan/ways/data_moving.hpp"
#include "plan/ways/launching.hpp"
#include "plan/ways/region_move.hpp"
#include "plan/ways/replacing.hpp"

namespace ec2spotter {
namespace {

int failed_snapshots(const std::vector<Snapshot>& snapshots, const MoveOrder& order) {
  return static_cast<int>(
      std::count_if(snapshots.begin(), snapshots.end(), [&](const Snapshot& snapshot) {
        return snapshot.state == SnapshotState::error &&
               is_for(snapshot, SnapshotPurpose::last, order.generation);
      }));
}

// What to do about the root's key, which is needed for what is made in that zone.
std::string key_cure(const Root& root, const std::string& zone) {
  if (root.volume.kms_key.empty()) return "this root has none, so ask AWS Support";
  return describe(KeyTrouble::unclear,
                  {.key = root.volume.kms_key, .region = region_of_place(zone)});
}

// EC2's message about a failed snapshot, with the cure where it is about a key.
std::string words_of_failed(const std::vector<Snapshot>& snapshots, const Root& root) {
  for (const Snapshot& snapshot : snapshots) {
    if (snapshot.state != SnapshotState::error || snapshot.message.empty()) continue;
    const bool of_key = key_trouble_of("", snapshot.message).has_value();
    return " (" + snapshot.id.str() + ": " + snapshot.message + ")" +
           (of_key ? "; " + key_cure(root, root.volume.zone) : "");
  }
  return "; see its status message";
}

// A volume that was made to be the root of this generation, or an earlier one.
bool is_next_root(const Volume& volume, const Machine& machine) {
  return tag::value(volume.tags, tag::kRole) == tag::kRoleNext &&
         tag::value(volume.tags, tag::kMachine) == machine.name.str() &&
         tag::value(volume.tags, tag::kOwner) == machine.owner.str();
}

// The first of several.
const Volume* find_next_root(const Situation& s, const Root& root) {
  const Volume* best = nullptr;
  for (const Volume& volume :
       leaves_region(root.volume) ? (*s.seen.abroad)->volumes : s.seen.volumes) {
    if (volume.id == root.order->back_to) return &volume;
    const bool fits = is_next_root(volume, s.machine) && volume.zone == root.order->zone &&
                      generation_of(volume) == root.order->generation &&
                      volume.state != VolumeState::error;
    if (fits && (best == nullptr || volume.id < best->id)) best = &volume;
  }
  return best;
}

// "vol-1 moves to us-east-1b".
std::string order_text(const Root& root) {
  const MoveOrder& order = *root.order;
  const std::string present = root.volume.id.str();
  if (!order.back_to.empty())
    return order.back_to.str() + " becomes the root instead of " + present;
  if (!order.from.empty()) return "the root is restored from " + order.from.str();
  return present + " moves to " + root.zone;
}

// What a restore has replaced is the only place of what was written since.
Duration kept_for(const Volume& former, const Machine& machine) {
  const auto order = order_of(former);
  const bool restored = order && order->restores();
  return restored ? std::max(machine.keep_retired, kKeptAfterRestore) : machine.keep_retired;
}

bool is_former(const Volume& volume, const Root& root, const Machine& machine) {
  return carries_tags_of(volume, machine) && !is_copy(volume) &&
         generation_of(volume) < generation_of(root.volume);
}

}  // namespace

Decision Moving::wait(const Root& root, const std::string& what) const {
  return s_.decide.wait(Reason::moving_root, order_text(root) + ": " + what, kPollChange);
}

// EC2 may not show yet what was just made: nothing is made a second time meanwhile.
std::optional<Decision> Moving::wait_for_view(const Root& root) const {
  if (!made_is_unseen(s_)) return std::nullopt;
  return wait(root, "EC2 does not show " + s_.memory.made.id + " yet");
}

// A launch goes out while something else is only waited for.
Decision Moving::launch_or(const Root& root, Decision otherwise) const {
  const bool needed = launches_ahead(root) && root.next(s_.bodies) == nullptr;
  if (!needed || !otherwise.steps.empty()) return otherwise;
  Decision launch = Launching(s_).next_body(root);
  if (!launch.steps.empty()) return launch;
  otherwise.candidates = std::move(launch.candidates);
  otherwise.zones = std::move(launch.zones);
  return otherwise;
}

// One that is there already serves, too: the last snapshot stores what changed after it.
std::optional<Decision> Moving::snapshot_ahead(const Root& root) const {
  if (root.order->restores()) return std::nullopt;
  const Snapshot* ahead = find_snapshot(s_.seen.snapshots, root.volume.id, SnapshotPurpose::ahead,
                                        root.order->generation);
  if (ahead == nullptr) {
    if (auto unseen = wait_for_view(root)) return unseen;
    return s_.decide.act(
        Reason::moving_root, order_text(root) + ": first snapshot",
        step::TakeSnapshot{root.volume.id, SnapshotPurpose::ahead, root.order->generation});
  }
  auto data = DataMoving(s_, root).snapshots_ahead();
  if (data && !data->steps.empty()) return data;
  if (ahead->state != SnapshotState::completed) return wait(root, progress_of(*ahead));
  if (data || !leaves_region(root.volume)) return data;
  return RegionMove(s_).copies(root, moving_volumes(root), SnapshotPurpose::ahead);
}

std::vector<const Volume*> Moving::moving_volumes(const Root& root) const {
  std::vector<const Volume*> volumes{&root.volume};
  for (const Volume* data : DataMoving(s_, root).moving()) volumes.push_back(data);
  return volumes;
}

// The working instance gives the root up only once its successor waits.
Decision Moving::leave(const Root& root) const {
  const Instance& holder = *root.holder;
  auto early = snapshot_ahead(root);
  if (early && !early->steps.empty()) return std::move(*early);
  const Instance* next = launches_ahead(root) ? root.next(s_.bodies) : nullptr;
  if (launches_ahead(root) && next == nullptr) return Launching(s_).next_body(root);
  if (next != nullptr) {
    if (auto preparation = make_ready(s_, root, *next)) return std::move(*preparation);
  }
  if (early) return std::move(*early);
  return s_.decide.act(Reason::moving_root,
                       order_text(root) + ": " + holder.id.str() + " gives the root up",
                       step::TerminateBody{holder.id});
}

Decision Moving::follow_held(const Root& root) const {
  const Instance& holder = *root.holder;
  if (root.task != nullptr && !s_.bodies.is_doomed(holder)) return Replacing(s_).follow(root);
  if (holder.state == InstanceState::stopped && root.held->state == AttachmentState::attached) {
    return s_.decide.act(Reason::releasing_body, holder.id.str() + " is stopped",
                         step::DetachRoot{root.volume.id, holder.id});
  }
  if (is_live(holder) && !s_.bodies.is_doomed(holder)) return leave(root);
  if (is_live(holder)) {
    if (auto ahead = snapshot_ahead(root); ahead && !ahead->steps.empty()) {
      return std::move(*ahead);
    }
  }
  return launch_or(root, wait_for_release(s_, root));
}

Decision Moving::follow(const Root& root) const {
  if (auto early = check_other_region(root)) return std::move(*early);
  const Instance* next = launches_ahead(root) ? root.next(s_.bodies) : nullptr;
  if (auto surplus = collect_all_but(s_, root.volume, {next, root.holder})) {
    return std::move(*surplus);
  }
  if (!root.is_free()) return follow_held(root);
  // One that attaches the root itself does not ask us first.
  if (root.unattended && std::any_of(s_.seen.bodies.begin(), s_.seen.bodies.end(), is_live)) {
    return wait(root, "the fleet's last instance ends");
  }
  if (auto doubt = wait_for_rest(s_, root)) return launch_or(root, std::move(*doubt));
  return launch_or(root, copy(root));
}

// Somebody may have made the root there already.
std::optional<Decision> Moving::check_other_region(const Root& root) const {
  if (!leaves_region(root.volume)) return std::nullopt;
  const RegionMove there(s_);
  if (auto hindrance = there.hindrance(root)) return hindrance;
  const Volume* made = there.made_root(root);
  if (made == nullptr) return std::nullopt;
  return s_.decide.act(Reason::moving_root,
                       made->id.str() + " in " + made->zone + " is the root by now",
                       step::RetireRoot{root.volume.id});
}

// Sets `found` to a completed one; else the answer is what to do or to wait for.
std::optional<Decision> Moving::last_snapshot(const Root& root, const Snapshot*& found) const {
  const MoveOrder& order = *root.order;
  found = find_snapshot(s_.seen.snapshots, root.volume.id, SnapshotPurpose::last, order.generation);
  if (found != nullptr && found->state == SnapshotState::completed) return std::nullopt;
  if (found != nullptr) return wait(root, progress_of(*found));
  if (auto unseen = wait_for_view(root)) return unseen;
  if (failed_snapshots(s_.seen.snapshots, order) >= kFailedSnapshotsMost) {
    return s_.decide.stuck(Reason::move_refused, Errc::wrong_state,
                           "EC2 could not finish a snapshot of " + root.volume.id.str() +
                               words_of_failed(s_.seen.snapshots, root) +
                               "; nothing is lost, and the move goes on "
                               "when a failed snapshot is deleted");
  }
  return s_.decide.act(Reason::moving_root, order_text(root) + ": last snapshot",
                       step::TakeSnapshot{root.volume.id, SnapshotPurpose::last, order.generation});
}

// What is gone for good is not waited for.
Decision Moving::give_up(const Root& root) const {
  const std::string gone =
      root.order->back_to.str() + ", which was chosen as the next root, is not there any more";
  if (s_.stood_for(Reason::move_refused) < kMissingFor) {
    return s_.decide.stuck(Reason::move_refused, Errc::not_found,
                           gone + "; stop the order with `move " + s_.machine.name.str() +
                               " --cancel`, or a watch does so after five minutes");
  }
  return s_.decide.act(Reason::moving_root, gone + "; " + root.volume.id.str() + " stays the root",
                       step::CancelMove{root.volume.id, root.order->generation});
}

Decision Moving::make_root(const Root& root, const SnapshotId& from) const {
  const MoveOrder& order = *root.order;
  const Volume* made = find_next_root(s_, root);
  if (made != nullptr && made->state == VolumeState::creating) {
    return wait(root, made->id.str() + " is being created");
  }
  if (made != nullptr) {
    return s_.decide.act(
        Reason::moving_root, made->id.str() + " in " + made->zone + " becomes the root",
        step::CommitRoot{root.volume.id, made->id, order, DataMoving(s_, root).copies()});
  }
  if (!order.back_to.empty()) return give_up(root);
  if (auto unseen = wait_for_view(root)) return std::move(*unseen);
  if (s_.memory.root_attempt >= kRootAttemptsMost) {
    return s_.decide.stuck(Reason::move_refused, Errc::wrong_state,
                           "EC2 has created volumes from " + from.str() +
                               " and deleted them again, as it does where a KMS key cannot be "
                               "used; " +
                               key_cure(root, order.zone) + "; `move " + s_.machine.name.str() +
                               " --cancel` stops the order");
  }
  return s_.decide.act(Reason::moving_root,
                       "a volume in " + order.zone + " is made from " + from.str(),
                       step::CreateRoot{.former = root.volume.id,
                                        .snapshot = from,
                                        .order = order,
                                        .attempt = s_.memory.root_attempt + 1});
}

Decision Moving::copy(const Root& root) const {
  if (auto early = check_other_region(root)) return std::move(*early);
  if (s_.now - root.order->since < kOrderShown) {
    return wait(root, "EC2 shows the order to everybody");
  }
  const DataMoving data(s_, root);
  if (auto hindrance = data.hindrance()) return std::move(*hindrance);
  const Snapshot* last = nullptr;
  auto early = root.order->restores() ? std::nullopt : last_snapshot(root, last);
  if (early && !early->steps.empty()) return std::move(*early);
  // EC2 stores them all at the same time.
  auto beside = data.last_snapshots();
  if (beside && !beside->steps.empty()) return std::move(*beside);
  if (early) return std::move(*early);
  if (beside) return std::move(*beside);
  if (leaves_region(root.volume)) {
    const RegionMove there(s_);
    if (auto brought = there.copies(root, moving_volumes(root), SnapshotPurpose::last)) {
      return std::move(*brought);
    }
    last = there.copy_of(root.volume, SnapshotPurpose::last, root.order->generation);
  }
  if (auto copies = data.make()) return std::move(*copies);
  return make_root(root, last == nullptr ? root.order->from : last->id);
}

std::optional<Decision> Moving::retire_former(const Root& root) const {
  for (const Volume& volume : s_.seen.volumes) {
    if (!is_former(volume, root, s_.machine) || is_retired(volume)) continue;
    return s_.decide.act(Reason::tidying_up,
                         volume.id.str() + " is no longer the root: " + root.volume.id.str() +
                             " has taken its place",
                         step::RetireRoot{volume.id});
  }
  return DataMoving(s_, root).retire_former();
}

std::optional<Decision> Moving::delete_leftover(const Root& root) const {
  const int generation = generation_of(root.volume);
  for (const Volume& volume : s_.seen.volumes) {
    if (!is_next_root(volume, s_.machine) || generation_of(volume) > generation) continue;
    if (volume.state == VolumeState::creating || volume.state == VolumeState::deleting) continue;
    return s_.decide.act(Reason::tidying_up, volume.id.str() + " did not become the root",
                         step::DeleteVolume{volume.id});
  }
  if (auto data = DataMoving(s_, root).delete_leftover()) return data;
  for (const Snapshot& snapshot : s_.seen.snapshots) {
    if (!is_of_move(snapshot, generation)) continue;
    return s_.decide.act(Reason::tidying_up, snapshot.id.str() + " has served its move",
                         step::DeleteSnapshot{snapshot.id});
  }
  return std::nullopt;
}

// Former roots that have been kept for as long as the file wishes.
std::optional<Decision> Moving::delete_expired(const Root& root) const {
  for (const Volume& volume : s_.seen.volumes) {
    if (!is_former(volume, root, s_.machine)) continue;
    if (auto expired = delete_retired(s_, volume, kept_for(volume, s_.machine))) return expired;
  }
  return DataMoving(s_, root).delete_expired();
}

std::optional<Decision> Moving::tidy(const Root& root) const {
  if (auto retired = retire_former(root)) return retired;
  if (tag::value(root.volume.tags, tag::kLeftovers) == tag::kKept) {
    if (auto leftover = delete_leftover(root)) return leftover;
    if (auto abroad = RegionMove(s_).tidy_stopped(root)) return abroad;
    if (s_.now - root_since(root.volume) < kClaimsKept) return std::nullopt;
    return s_.decide.act(Reason::tidying_up, "the move to " + root.volume.id.str() + " is over",
                         step::EndMove{root.volume.id, generation_of(root.volume)});
  }
  return delete_expired(root);
}

}  // namespace ec2spotter
