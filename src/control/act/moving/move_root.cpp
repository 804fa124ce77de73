#include "control/act/moving/move_root.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "control/act/disk_rules.hpp"
#include "control/act/keys/key_note.hpp"
#include "control/act/moving/region_steps.hpp"
#include "control/act/moving/root_copy.hpp"
#include "control/act/root_holders.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/ways/region_move.hpp"

namespace ec2spotter {

Result<Volume> MoveRoot::check_root(const VolumeId& id) {
  TRY(auto all, volumes_of(machine_, ec2_));
  const Volume* root = find_volume(all, id);
  if (root == nullptr) return fail(Errc::not_found, id.str() + " is not shown with our tags");
  for (const Volume& other : all) {
    const bool newer = carries_tags_of(other, machine_) && !is_copy(other) &&
                       generation_of(other) > generation_of(*root);
    if (!newer) continue;
    // Another controller was quicker: the next look shows what it has done.
    return fail(Errc::wrong_state,
                "rule S2: " + other.id.str() + " is the root by now, not " + id.str());
  }
  if (carries_tags_of(*root, machine_) && is_current_root(*root)) return *root;
  return fail(is_retired(*root) ? Errc::wrong_state : Errc::refused,
              "rule S2: " + id.str() + " is not the root of this machine");
}

Result<void> MoveRoot::check_at_rest(const Volume& volume) {
  if (!volume.attachments.empty()) {
    return fail(Errc::wrong_state, "rule S5: " + volume.id.str() + " is " +
                                       std::string(to_string(volume.attachments.front().state)) +
                                       " at " + volume.attachments.front().instance.str() +
                                       "; its content is not the last one");
  }
  return check_no_taker(volume.id, seen_, ec2_);
}

// The order may have been cancelled meanwhile.
Result<void> MoveRoot::check_order(const Volume& root, int generation) {
  const auto order = order_of(root);
  if (order && order->generation == generation) return {};
  return fail(Errc::wrong_state, root.id.str() + " is not under that order any more");
}

Result<bool> MoveRoot::holds_claim(const Volume& former, const MoveOrder& order) {
  const std::string wished = destination_of(order);
  TRY(const std::string chosen, claims_.claim(order.generation, ClaimOn::destination, wished));
  if (chosen == wished) return true;
  const MoveOrder first = with_destination(order, chosen);
  TRY_VOID(ec2_.create_tags({former.id.str()}, {{std::string(tag::kMove), to_string(first)}}));
  return false;
}

Result<void> MoveRoot::act(const step::OrderMove& step) {
  TRY_VOID(check_root(step.volume));
  TRY_VOID(check_data_is_known());
  return ec2_.create_tags({step.volume.str()}, {{std::string(tag::kMove), to_string(step.order)}});
}

Result<void> MoveRoot::act(const step::TakeSnapshot& step) {
  if (step.purpose == SnapshotPurpose::last) {
    TRY(const Volume root, check_root(step.beside.empty() ? step.volume : step.beside));
    TRY_VOID(check_at_rest(root));
    if (!step.beside.empty()) TRY_VOID(check_data(step.volume));
    TRY_VOID(check_order(root, step.generation));
    TRY(const bool ours, holds_claim(root, *order_of(root)));
    if (!ours) return {};
  }
  const std::string purpose(to_string(step.purpose));
  TRY(const auto there,
      ec2_.describe_snapshots({{"volume-id", {step.volume.str()}},
                               tag_filter(tag::kPurpose, purpose),
                               tag_filter(tag::kGeneration, std::to_string(step.generation))}));
  // Backups have one another's generation: only a recent one is the one that was meant.
  const bool is_backup = step.purpose == SnapshotPurpose::backup;
  const TimePoint recent = now_ - machine_.snapshot_every.value_or(Duration::zero());
  const bool any = std::any_of(there.begin(), there.end(), [&](const Snapshot& snapshot) {
    return snapshot.state != SnapshotState::error && (!is_backup || snapshot.started > recent);
  });
  if (any) return {};
  TRY(const Snapshot taken,
      ec2_.create_snapshot(
          {.volume = step.volume,
           .description = description_of_snapshot(machine_),
           .tags = tags_of_snapshot(machine_, step.volume, step.purpose, step.generation)}));
  memory_.made = {.id = taken.id.str(), .at = now_};
  return {};
}

Result<void> MoveRoot::act(const step::CopySnapshot& step) {
  TRY(const Volume root, check_root(step.root));
  TRY_VOID(check_order(root, step.order.generation));
  if (step.purpose == SnapshotPurpose::last) {
    TRY_VOID(check_at_rest(root));
    TRY(const bool ours, holds_claim(root, step.order));
    if (!ours) return {};
  }
  TRY(const SnapshotId copy, copy_abroad(machine_, root, step, ec2_));
  if (!copy.empty()) memory_.made = {.id = copy.str(), .at = now_};
  return {};
}

Result<void> MoveRoot::act(const step::DeleteAbroad& step) {
  TRY(const Volume root, check_root(step.root));
  return delete_abroad(machine_, root, step, ec2_);
}

Result<void> MoveRoot::act(const step::CreateRoot& step) {
  TRY(const Volume former, check_root(step.former));
  TRY_VOID(check_at_rest(former));
  TRY_VOID(check_order(former, step.order.generation));
  TRY(const bool ours, holds_claim(former, step.order));
  if (!ours) return {};
  return make_volume(former, step, tags_of_next(machine_, former, step.order.generation));
}

Result<void> MoveRoot::act(const step::CreateData& step) {
  TRY(const Volume root, check_root(step.root));
  TRY_VOID(check_at_rest(root));
  TRY_VOID(check_order(root, step.order.generation));
  TRY(const Volume former, check_data(step.former));
  TRY(const bool ours, holds_claim(root, step.order));
  if (!ours) return {};
  Tags tags = tags_of_next(machine_, former, step.order.generation);
  tags[std::string(tag::kRole)] = tag::kRoleData;
  tags.erase(std::string(tag::kLeftovers));
  return make_volume(former,
                     {.former = step.former,
                      .snapshot = step.snapshot,
                      .order = step.order,
                      .attempt = step.attempt},
                     std::move(tags));
}

Result<void> MoveRoot::make_volume(const Volume& former, const step::CreateRoot& step, Tags tags) {
  TRY(aws::Ec2 * there, ec2_at(step.order.zone, former, ec2_));
  auto source = usable_snapshot(step.snapshot, *there);
  if (!source && step.snapshot == step.order.from) {
    return give_up(former, step.order.generation, std::move(source).error());
  }
  if (!source) return fail(std::move(source).error());
  aws::VolumeSpec spec = spec_of_copy(former, *source, step.order.zone);
  // A key belongs to one region; the snapshot's is that of the copy.
  if (there != &ec2_) spec.kms_key.clear();
  spec.tags = std::move(tags);
  const std::string token = to_string(step.order) + "\n" + std::to_string(step.attempt);
  const auto made = create_copy(machine_, std::move(spec), token, *there);
  if (!made) return fail(with_key_cure(made.error(), source->kms_key, step.order.zone));
  // For the token of a volume that it has deleted, EC2 returns that volume again.
  if (memory_.made.id == made->id.str()) ++memory_.root_attempt;
  memory_.made = {.id = made->id.str(), .at = now_};
  return {};
}

Result<void> MoveRoot::act(const step::CommitRoot& step) {
  const MoveOrder& order = step.order;
  TRY(const Volume former, check_root(step.former));
  TRY_VOID(check_at_rest(former));
  TRY_VOID(check_order(former, order.generation));
  // A former root is the next one by the order alone; of several new volumes one is chosen.
  if (!order.back_to.empty()) {
    TRY(const bool ours, holds_claim(former, order));
    if (!ours) return {};
    TRY(const auto all, volumes_of(machine_, ec2_));
    TRY_VOID(usable_former_root(machine_, all, order.back_to));
  }
  TRY(const std::string chosen,
      claims_.claim(order.generation, ClaimOn::volume, step.volume.str()));
  if (chosen == former.id.str()) return keep_root(former, order.generation);
  TRY(aws::Ec2 * there, ec2_at(order.zone, former, ec2_));
  TRY(auto all, volumes_of(machine_, *there));
  const Volume* next = find_volume(all, VolumeId(chosen));
  const bool is_next =
      next != nullptr && (next->id == order.back_to || generation_of(*next) == order.generation);
  if (!is_next || next->state != VolumeState::available) {
    return fail(Errc::wrong_state, chosen +
                                       " was chosen as the next root, and EC2 does not show "
                                       "it as available yet");
  }
  Tags tags = tags_of_root(VolumeId(chosen), order.generation, now_);
  for (const std::string_view key : {tag::kGoal, tag::kUnattended}) {
    copy_tag(former.tags, key, tags);
  }
  tell_interface(former, *next, tags);
  TRY_VOID(choose_data_of(step, *there));
  TRY_VOID(there->create_tags({chosen}, tags));
  memory_.root_attempt = 0;
  return act(step::RetireRoot{former.id});
}

Result<void> MoveRoot::keep_root(const Volume& root, int generation) {
  memory_.root_attempt = 0;
  return ec2_.create_tags({root.id.str()}, tags_of_root(root.id, generation, now_));
}

// What cannot come any more is not waited for: the machine goes on with the root that it has.
Result<void> MoveRoot::give_up(const Volume& root, int generation, Error why) {
  if (why.code != Errc::not_found) return fail(std::move(why));
  TRY_VOID(act(step::CancelMove{root.id, generation}));
  why.code = Errc::refused;  // there is nothing to look for again
  return fail(with_context(std::move(why), root.id.str() + " stays the root"));
}

// With the claim on the volume nobody can make another one the root under that order.
Result<void> MoveRoot::act(const step::CancelMove& step) {
  TRY(const Volume root, check_root(step.volume));
  if (generation_of(root) >= step.generation) return {};
  TRY(const std::string chosen, claims_.claim(step.generation, ClaimOn::volume, root.id.str()));
  if (chosen == root.id.str()) return keep_root(root, step.generation);
  return fail(Errc::wrong_state, chosen +
                                     " has just been chosen as the next root; the move cannot be "
                                     "stopped any more");
}

// The tags alone do not say which data volumes a machine still has: they would stay behind.
Result<void> MoveRoot::check_data_is_known() {
  if (!machine_.image.empty()) return {};
  TRY(const auto all, volumes_of(machine_, ec2_));
  for (const Volume& volume : all) {
    if (!is_data_of(volume, machine_) || is_retired(volume)) continue;
    return fail(Errc::refused, volume.id.str() +
                                   " is a data volume of this machine, whose file is not here; "
                                   "name the folder of the file with --machines, so that its data "
                                   "volumes move, too");
  }
  return {};
}

Result<Volume> MoveRoot::check_data(const VolumeId& id) {
  TRY(auto all, volumes_of(machine_, ec2_));
  const Volume* data = find_volume(all, id);
  if (data == nullptr || !is_data_of(*data, machine_)) {
    return fail(Errc::refused, "rule S4: " + id.str() +
                                   " does not carry the tags of this machine's "
                                   "data; it is not copied");
  }
  if (data->attachments.empty()) return *data;
  return fail(Errc::wrong_state, "rule S5: " + id.str() + " is at " +
                                     data->attachments.front().instance.str() +
                                     "; its content is not the last one");
}

// Of several copies that controllers have made of one volume, all controllers take the same one.
Result<void> MoveRoot::choose_data_of(const step::CommitRoot& step, aws::Ec2& there) {
  if (step.data.empty()) return {};
  std::string ids;
  for (const VolumeId& id : step.data) ids += (ids.empty() ? "" : " ") + id.str();
  TRY(const std::string chosen, claims_.claim(step.order.generation, ClaimOn::data, ids));
  TRY(auto all, volumes_of(machine_, there));
  std::istringstream words(chosen);
  for (std::string id; words >> id;) {
    const Volume* data = find_volume(all, VolumeId(id));
    if (data == nullptr || data->state != VolumeState::available ||
        generation_of(*data) != step.order.generation) {
      return fail(Errc::wrong_state, id + " was chosen as a data volume of the next root, and EC2 "
                                          "does not show it as available yet");
    }
    TRY_VOID(there.create_tags({id}, {{std::string(tag::kState), std::string(tag::kCurrent)},
                                      {std::string(tag::kVolume), id}}));
  }
  return {};
}

Result<void> MoveRoot::act(const step::RetireRoot& step) {
  return ec2_.create_tags({step.volume.str()},
                          {{std::string(tag::kState), std::string(tag::kRetired)},
                           {std::string(tag::kRetiredAt), format_iso8601(now_)}});
}

// A person has ordered that it becomes the root, or is copied for that.
Result<void> MoveRoot::check_not_restored(std::vector<Volume> all, const std::string& id) {
  std::erase_if(all, [](const Volume& volume) {
    return tag::value(volume.tags, tag::kRole) != tag::kRoleRoot;
  });
  leave_newest_roots(all);  // the orders of the others have been carried out
  for (const Volume& volume : all) {
    const auto order = order_of(volume);
    if (!order || (order->from.str() != id && order->back_to.str() != id)) continue;
    return fail(Errc::wrong_state, "rule S3: " + volume.id.str() + " is being restored from " + id +
                                       "; it is not deleted");
  }
  return {};
}

Result<void> MoveRoot::act(const step::DeleteSnapshot& step) {
  TRY(const auto all, volumes_of(machine_, ec2_));
  TRY_VOID(check_not_restored(all, step.snapshot.str()));
  TRY(const auto fresh, ec2_.describe_snapshots({{"snapshot-id", {step.snapshot.str()}}}));
  for (const Snapshot& snapshot : fresh) {
    const bool ours = belongs_to(snapshot.tags, machine_) &&
                      tag::value(snapshot.tags, tag::kRole) == tag::kRoleSnapshot;
    if (!ours) {
      return fail(Errc::refused, "rule S4: " + step.snapshot.str() +
                                     " does not carry our tags; it is not deleted");
    }
    return ec2_.delete_snapshot(step.snapshot);
  }
  return {};
}

int MoveRoot::newest_root(const std::vector<Volume>& all) const {
  int newest = 1;
  for (const Volume& volume : all) {
    if (carries_tags_of(volume, machine_) && is_current_root(volume)) {
      newest = std::max(newest, generation_of(volume));
    }
  }
  return newest;
}

Result<std::vector<Volume>> MoveRoot::volumes_everywhere() {
  TRY(auto all, volumes_of(machine_, ec2_));
  const Volume* departed = departed_root(machine_, all);
  if (departed == nullptr) return all;
  TRY(aws::Ec2 * there, ec2_.in_region(region_left_for(*departed)));
  TRY(auto more, volumes_of(machine_, *there));
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return all;
}

Result<void> MoveRoot::act(const step::DeleteVolume& step) {
  TRY(auto all, volumes_everywhere());
  const Volume* volume = find_volume(all, step.volume);
  if (volume == nullptr) return {};
  TRY_VOID(check_not_restored(all, step.volume.str()));
  const bool is_data = tag::value(volume->tags, tag::kRole) == tag::kRoleData;
  const bool spare =
      is_data
          ? is_spare_data(*volume, machine_) ||
                (is_retired(*volume) && is_former_data(*volume, all, machine_, newest_root(all)))
          : tag::value(volume->tags, tag::kRole) == tag::kRoleNext || is_retired(*volume);
  const bool surpassed = std::any_of(all.begin(), all.end(), [&](const Volume& other) {
    return other.id != volume->id && carries_tags_of(other, machine_) && is_current_root(other) &&
           generation_of(other) >= generation_of(*volume);
  });
  if (!spare || !surpassed || !volume->attachments.empty()) {
    return fail(Errc::wrong_state, "rule S3: " + step.volume.str() +
                                       " is not a former root, or is in use; it is not deleted");
  }
  return ec2_.delete_volume(step.volume);
}

Result<void> MoveRoot::act(const step::EndMove& step) {
  TRY_VOID(claims_.release(step.generation));
  return ec2_.create_tags({step.volume.str()},
                          {{std::string(tag::kLeftovers), std::string(tag::kGone)}});
}

}  // namespace ec2spotter
