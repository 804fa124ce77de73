#include "plan/ways/data_moving.hpp"

#include <algorithm>

#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/limits.hpp"
#include "plan/ways/data_disks.hpp"
#include "plan/ways/region_move.hpp"

namespace ec2spotter {
Decision DataMoving::wait(const std::string& what) const {
  return s_.decide.wait(Reason::moving_root,
                        root_.volume.id.str() + " moves to " + root_.zone + ": " + what,
                        kPollChange);
}

// A root that is made anew in its own zone keeps the data that is there.
bool DataMoving::moves(const DataDisk& disk) const {
  return disk.volume != nullptr && !disk.trouble && disk.volume->zone != root_.order->zone;
}

std::optional<Decision> DataMoving::hindrance() const {
  const DataDisks disks(s_, root_);
  if (auto trouble = disks.trouble()) return trouble;
  return disks.wait_until_free();
}

std::vector<const Volume*> DataMoving::moving() const {
  std::vector<const Volume*> volumes;
  for (const DataDisk& disk : disks_) {
    if (moves(disk)) volumes.push_back(disk.volume);
  }
  return volumes;
}

std::optional<Decision> DataMoving::snapshots(SnapshotPurpose purpose) const {
  const int generation = root_.order->generation;
  std::optional<Decision> waiting;
  for (const DataDisk& disk : disks_) {
    if (!moves(disk)) continue;
    const VolumeId& id = disk.volume->id;
    const Snapshot* found = find_snapshot(s_.seen.snapshots, id, purpose, generation);
    if (found == nullptr && made_is_unseen(s_)) return wait("EC2 does not show all snapshots yet");
    if (found == nullptr) {
      return s_.decide.act(Reason::moving_root,
                           id.str() + " moves to " + root_.zone + " with the root: snapshot",
                           step::TakeSnapshot{id, purpose, generation, root_.volume.id});
    }
    if (found->state != SnapshotState::completed) waiting = wait(progress_of(*found));
  }
  return waiting;
}

// The first of several, while none is chosen.
const Volume* DataMoving::find_copy(const Volume& former) const {
  const Volume* best = nullptr;
  for (const Volume& volume :
       leaves_region(root_.volume) ? (*s_.seen.abroad)->volumes : s_.seen.data_volumes) {
    const bool ours = is_spare_data(volume, s_.machine) || is_data_of(volume, s_.machine);
    const bool fits = ours && volume.id != former.id && volume.zone == root_.order->zone &&
                      generation_of(volume) == root_.order->generation &&
                      origin_of(volume) == origin_of(former) && volume.state != VolumeState::error;
    if (!fits) continue;
    const bool chosen = is_data_of(volume, s_.machine);
    if (best == nullptr || chosen || (!is_data_of(*best, s_.machine) && volume.id < best->id)) {
      best = &volume;
    }
  }
  return best;
}

const Snapshot* DataMoving::source_of_copy(const Volume& former) const {
  const int generation = root_.order->generation;
  return leaves_region(root_.volume)
             ? RegionMove(s_).copy_of(former, SnapshotPurpose::last, generation)
             : find_snapshot(s_.seen.snapshots, former.id, SnapshotPurpose::last, generation);
}

std::optional<Decision> DataMoving::make_one(const Volume& former) const {
  const Volume* copy = find_copy(former);
  if (copy != nullptr && copy->state != VolumeState::creating) return std::nullopt;
  if (copy != nullptr) return wait(copy->id.str() + " is being created");
  if (made_is_unseen(s_)) return wait("EC2 does not show all volumes yet");
  const Snapshot* last = source_of_copy(former);
  if (last == nullptr) return wait("its snapshot is not shown");
  if (s_.memory.root_attempt >= kRootAttemptsMost) {
    return s_.decide.stuck(Reason::move_refused, Errc::wrong_state,
                           "EC2 has created volumes from " + last->id.str() +
                               " and deleted them again, as it does where a KMS key cannot be "
                               "used; allow kms:CreateGrant and kms:Decrypt on its key");
  }
  return s_.decide.act(Reason::moving_root,
                       "a data volume in " + root_.order->zone + " is made from " + last->id.str(),
                       step::CreateData{.former = former.id,
                                        .root = root_.volume.id,
                                        .snapshot = last->id,
                                        .order = *root_.order,
                                        .attempt = s_.memory.root_attempt + 1});
}

std::optional<Decision> DataMoving::make() const {
  std::optional<Decision> waiting;
  for (const DataDisk& disk : disks_) {
    auto one = moves(disk) ? make_one(*disk.volume) : std::nullopt;
    if (one && !one->steps.empty()) return one;
    if (one) waiting = std::move(one);
  }
  return waiting;
}

std::vector<VolumeId> DataMoving::copies() const {
  std::vector<VolumeId> ids;
  for (const DataDisk& disk : disks_) {
    const Volume* copy = moves(disk) ? find_copy(*disk.volume) : nullptr;
    if (copy != nullptr) ids.push_back(copy->id);
  }
  return ids;
}

std::optional<Decision> DataMoving::retire_former() const {
  for (const Volume& volume : s_.seen.data_volumes) {
    const bool former =
        is_former_data(volume, s_.seen.data_volumes, s_.machine, generation_of(root_.volume));
    if (!former || is_retired(volume)) continue;
    return s_.decide.act(Reason::tidying_up,
                         volume.id.str() + " is no longer the machine's data: a copy of it is",
                         step::RetireRoot{volume.id});
  }
  return std::nullopt;
}

std::optional<Decision> DataMoving::delete_leftover() const {
  for (const Volume& volume : s_.seen.data_volumes) {
    const bool leftover = is_spare_data(volume, s_.machine) && is_idle(volume) &&
                          generation_of(volume) <= generation_of(root_.volume);
    if (!leftover) continue;
    return s_.decide.act(Reason::tidying_up, volume.id.str() + " did not become the machine's data",
                         step::DeleteVolume{volume.id});
  }
  return std::nullopt;
}

std::optional<Decision> DataMoving::delete_expired() const {
  for (const Volume& volume : s_.seen.data_volumes) {
    const bool former =
        is_former_data(volume, s_.seen.data_volumes, s_.machine, generation_of(root_.volume));
    if (!former) continue;
    if (auto expired = delete_retired(s_, volume, s_.machine.keep_retired)) return expired;
  }
  return std::nullopt;
}

}  // namespace ec2spotter
