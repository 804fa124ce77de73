#include "control/act/move_root.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "control/act/root_holders.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

constexpr std::string_view kOurTags = "ec2spotter:";
constexpr std::string_view kTagsOfEc2 = "aws:";

Volume* find_volume(std::vector<Volume>& volumes, const VolumeId& id) {
  const auto found = std::find_if(volumes.begin(), volumes.end(),
                                  [&](const Volume& volume) { return volume.id == id; });
  return found == volumes.end() ? nullptr : &*found;
}

void copy_tag(const Tags& from, std::string_view key, Tags& to) {
  if (const std::string value = tag::value(from, key); !value.empty()) to[std::string(key)] = value;
}

// The first of EC2's values for gp3, which every volume of that type shows, need not be asked for.
aws::VolumeSpec spec_of(const Volume& former, const step::CreateRoot& step) {
  const bool takes_throughput = former.type == "gp3";
  const bool takes_iops = takes_throughput || former.type == "io1" || former.type == "io2";
  return {.snapshot = step.snapshot,
          .zone = step.order.zone,
          .size_gib = former.size_gib,
          .type = former.type,
          .iops = takes_iops ? former.iops : 0,
          .throughput = takes_throughput ? former.throughput : 0,
          .kms_key = former.kms_key,
          .initialization_rate = 0,
          .client_token = {},
          .tags = {}};
}

// Of an order, all that a volume is made from: EC2 answers a repeated call with the same volume.
std::string token_of(const Machine& machine, const step::CreateRoot& step, int rate) {
  return sha256_hex(machine.owner.str() + "\n" + machine.name.str() + "\n" + to_string(step.order) +
                    "\n" + step.snapshot.str() + "\n" + std::to_string(rate) + "\n" +
                    std::to_string(step.attempt));
}

}  // namespace

Result<std::vector<Volume>> MoveRoot::volumes() {
  return ec2_.describe_volumes({}, {tag_filter(tag::kMachine, machine_.name.str()),
                                    tag_filter(tag::kOwner, machine_.owner.str())});
}

Result<Volume> MoveRoot::check_root(const VolumeId& id) {
  TRY(auto all, volumes());
  const Volume* root = find_volume(all, id);
  if (root == nullptr) return fail(Errc::not_found, id.str() + " is not shown with our tags");
  for (const Volume& other : all) {
    const bool newer = carries_tags_of(other, machine_) && !is_copy(other) &&
                       generation_of(other) > generation_of(*root);
    if (!newer) continue;
    return fail(Errc::refused,
                "rule S2: " + other.id.str() + " is the root by now, not " + id.str());
  }
  if (carries_tags_of(*root, machine_) && is_current_root(*root)) return *root;
  return fail(Errc::refused, "rule S2: " + id.str() + " is not the root of this machine");
}

Result<void> MoveRoot::check_at_rest(const Volume& volume) {
  if (!volume.attachments.empty()) {
    return fail(Errc::refused, "rule S5: " + volume.id.str() + " is " +
                                   std::string(to_string(volume.attachments.front().state)) +
                                   " at " + volume.attachments.front().instance.str() +
                                   "; its content is not the last one");
  }
  return check_no_taker(volume.id, seen_, ec2_);
}

Result<bool> MoveRoot::holds_claim(const Volume& former, const MoveOrder& order) {
  TRY(const std::string zone, claims_.claim(order.generation, ClaimOn::zone, order.zone));
  if (zone == order.zone) return true;
  MoveOrder first = order;
  first.zone = zone;
  TRY_VOID(ec2_.create_tags({former.id.str()}, {{std::string(tag::kMove), to_string(first)}}));
  return false;
}

Result<void> MoveRoot::act(const step::OrderMove& step) {
  TRY_VOID(check_root(step.volume));
  return ec2_.create_tags({step.volume.str()}, {{std::string(tag::kMove), to_string(step.order)}});
}

Result<void> MoveRoot::act(const step::TakeSnapshot& step) {
  if (step.purpose == SnapshotPurpose::last) {
    TRY(const Volume root, check_root(step.volume));
    TRY_VOID(check_at_rest(root));
    const auto order = order_of(root);
    if (!order || order->generation != step.generation) {
      return fail(Errc::wrong_state, root.id.str() + " is not under that order any more");
    }
    TRY(const bool ours, holds_claim(root, *order));
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
  Tags tags = ownership_tags(machine_);
  tags[std::string(tag::kRole)] = tag::kRoleSnapshot;
  tags[std::string(tag::kFrom)] = step.volume.str();
  tags[std::string(tag::kPurpose)] = purpose;
  tags[std::string(tag::kGeneration)] = std::to_string(step.generation);
  TRY(const Snapshot taken,
      ec2_.create_snapshot({.volume = step.volume,
                            .description = "ec2spotter: machine " + machine_.name.str(),
                            .tags = std::move(tags)}));
  memory_.made = {.id = taken.id.str(), .at = now_};
  return {};
}

// The user's own tags, and what `auto` and the user's commands have written down.
Tags MoveRoot::tags_of_next(const Volume& former, const MoveOrder& order) const {
  Tags tags = ownership_tags(machine_);
  for (const auto& [key, value] : former.tags) {
    if (!key.starts_with(kOurTags) && !key.starts_with(kTagsOfEc2)) tags[key] = value;
  }
  for (const std::string_view key :
       {tag::kEngine, tag::kEngineBecause, tag::kGuestFiles, tag::kOrigin}) {
    copy_tag(former.tags, key, tags);
  }
  tags.emplace(tag::kOrigin, former.id.str());
  tags[std::string(tag::kRole)] = tag::kRoleNext;
  tags[std::string(tag::kGeneration)] = std::to_string(order.generation);
  tags[std::string(tag::kFrom)] = former.id.str();
  tags[std::string(tag::kLeftovers)] = tag::kKept;
  return tags;
}

Result<void> MoveRoot::act(const step::CreateRoot& step) {
  TRY(const Volume former, check_root(step.former));
  TRY_VOID(check_at_rest(former));
  TRY(const bool ours, holds_claim(former, step.order));
  if (!ours) return {};
  aws::VolumeSpec spec = spec_of(former, step);
  spec.tags = tags_of_next(former, step.order);
  const auto create = [&](int rate) {
    spec.initialization_rate = rate;
    spec.client_token = token_of(machine_, step, rate);
    return ec2_.create_volume(spec);
  };
  auto made = create(machine_.initialization_rate);
  // EC2 refuses the rate where it has no room for it: the disk is then filled as it is read.
  const bool rate_refused =
      !made && machine_.initialization_rate > 0 &&
      (made.error().code == Errc::no_capacity || made.error().code == Errc::quota ||
       made.error().code == Errc::invalid);
  if (rate_refused) made = create(0);
  if (!made) return fail(made.error());
  // For the token of a volume that it has deleted, EC2 returns that volume again.
  if (memory_.made.id == made->id.str()) ++memory_.root_attempt;
  memory_.made = {.id = made->id.str(), .at = now_};
  return {};
}

Result<void> MoveRoot::act(const step::CommitRoot& step) {
  TRY(const Volume former, check_root(step.former));
  TRY_VOID(check_at_rest(former));
  TRY(const std::string chosen,
      claims_.claim(step.order.generation, ClaimOn::volume, step.volume.str()));
  TRY(auto all, volumes());
  const Volume* next = find_volume(all, VolumeId(chosen));
  if (next == nullptr || next->state != VolumeState::available ||
      generation_of(*next) != step.order.generation) {
    return fail(Errc::wrong_state, chosen +
                                       " was chosen as the next root, and EC2 does not show "
                                       "it as available yet");
  }
  Tags tags{{std::string(tag::kRole), std::string(tag::kRoleRoot)},
            {std::string(tag::kState), std::string(tag::kCurrent)},
            {std::string(tag::kVolume), chosen}};
  for (const std::string_view key : {tag::kGoal, tag::kUnattended}) {
    copy_tag(former.tags, key, tags);
  }
  TRY_VOID(ec2_.create_tags({chosen}, tags));
  memory_.root_attempt = 0;
  return act(step::RetireRoot{former.id});
}

Result<void> MoveRoot::act(const step::RetireRoot& step) {
  return ec2_.create_tags({step.volume.str()},
                          {{std::string(tag::kState), std::string(tag::kRetired)},
                           {std::string(tag::kRetiredAt), format_iso8601(now_)}});
}

Result<void> MoveRoot::act(const step::DeleteSnapshot& step) {
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

Result<void> MoveRoot::act(const step::DeleteVolume& step) {
  TRY(auto all, volumes());
  const Volume* volume = find_volume(all, step.volume);
  if (volume == nullptr) return {};
  const bool spare = tag::value(volume->tags, tag::kRole) == tag::kRoleNext || is_retired(*volume);
  const bool surpassed = std::any_of(all.begin(), all.end(), [&](const Volume& other) {
    return other.id != volume->id && carries_tags_of(other, machine_) && is_current_root(other) &&
           generation_of(other) >= generation_of(*volume);
  });
  if (!spare || !surpassed || !volume->attachments.empty()) {
    return fail(Errc::refused, "rule S3: " + step.volume.str() +
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
