#include "control/act/moving/region_steps.hpp"

#include <algorithm>

#include "control/act/keys/key_note.hpp"
#include "control/act/moving/root_copy.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"
#include "plan/ways/region_move.hpp"

namespace ec2spotter {
namespace {

Error refused(const std::string& id) {
  return {.code = Errc::refused,
          .message = "rule S3: " + id + " was not made for a move that has been stopped, or is " +
                     "in use; it is not deleted"};
}

}  // namespace

Result<aws::Ec2*> ec2_at(const std::string& zone, const Volume& former, aws::Ec2& ec2) {
  const std::string region = region_of_place(zone);
  if (region == region_of_place(former.zone)) return &ec2;
  return ec2.in_region(region);
}

Result<SnapshotId> copy_abroad(const Machine& machine, const Volume& root,
                               const step::CopySnapshot& step, aws::Ec2& ec2) {
  const std::string region = region_of_place(step.order.zone);
  const Machine* abroad = machine_in(machine, region);
  if (abroad == nullptr) {
    return fail(Errc::invalid, "the machine file has no table [regions." + region + "]");
  }
  TRY(const auto source, ec2.describe_snapshots({{"snapshot-id", {step.snapshot.str()}}}));
  if (source.empty()) return fail(Errc::wrong_state, step.snapshot.str() + " is not shown");
  TRY(aws::Ec2 * there, ec2.in_region(region));
  const Tags tags = tags_of_snapshot(machine, step.volume, step.purpose, step.order.generation);
  std::vector<aws::Filter> same;
  for (const auto& [key, value] : tags) same.push_back(tag_filter(key, value));
  TRY(const auto copies, there->describe_snapshots(same));
  const bool is_there = std::any_of(copies.begin(), copies.end(), [](const Snapshot& copy) {
    return copy.state != SnapshotState::error;
  });
  if (is_there) return SnapshotId();
  auto copy = there->copy_snapshot(
      {.source = step.snapshot,
       .source_region = region_of_place(root.zone),
       .description = description_of_snapshot(machine),
       .kms_key = source.front().kms_key.empty() ? std::string() : abroad->kms_key,
       .tags = tags});
  if (copy) return copy;
  return fail(with_key_cure(copy.error(), abroad->kms_key, step.order.zone));
}

Result<void> delete_abroad(const Machine& machine, const Volume& root,
                           const step::DeleteAbroad& step, aws::Ec2& ec2) {
  TRY(aws::Ec2 * there, ec2.in_region(step.region));
  const int generation = generation_of(root);
  if (!step.id.starts_with("vol-")) {
    TRY(const auto found, there->describe_snapshots({{"snapshot-id", {step.id}}}));
    if (found.empty()) return {};
    const Snapshot& snapshot = found.front();
    const bool ours = belongs_to(snapshot.tags, machine) &&
                      tag::value(snapshot.tags, tag::kRole) == tag::kRoleSnapshot &&
                      is_of_move(snapshot, generation);
    return ours ? there->delete_snapshot(snapshot.id) : fail(refused(step.id));
  }
  TRY(const auto found, there->describe_volumes({}, {{"volume-id", {step.id}}}));
  if (found.empty()) return {};
  const Volume& volume = found.front();
  const bool ours = belongs_to(volume.tags, machine) && is_spare(volume, machine, generation);
  return ours ? there->delete_volume(volume.id) : fail(refused(step.id));
}

}  // namespace ec2spotter
