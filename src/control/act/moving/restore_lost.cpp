#include "control/act/moving/restore_lost.hpp"

#include "control/act/disk_rules.hpp"
#include "control/act/moving/root_copy.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

// Gp3 is EC2's newest general type, and every zone has it.
constexpr const char* kUsualType = "gp3";

Result<void> check_lost(const std::vector<Volume>& roots, const Machine& machine, int generation) {
  for (const Volume& root : roots) {
    if (!carries_tags_of(root, machine) || is_copy(root)) continue;
    const bool newer = generation_of(root) >= generation;
    const bool works = is_current_root(root) && root.state != VolumeState::error;
    if (!newer && !works) continue;
    return fail(Errc::refused,
                "rule S2: " + root.id.str() + " is the root of this machine; nothing was restored");
  }
  return {};
}

// Of those that are left, the one that tells most of the lost one; one that says nothing, if none.
Volume newest_of(const std::vector<Volume>& roots, const Machine& machine) {
  Volume newest;
  newest.id = machine.volume.id;
  newest.type = kUsualType;
  int generation = 0;
  for (const Volume& root : roots) {
    if (!carries_tags_of(root, machine) || generation_of(root) <= generation) continue;
    generation = generation_of(root);
    newest = root;
  }
  return newest;
}

// The machine's own tags and the goal come with the one write.
Tags written(const Machine& machine, const step::RestoreLostRoot& step, const Volume& former,
             const VolumeId& volume, TimePoint now) {
  Tags tags = tags_of_next(machine, former, step.order.generation);
  for (const auto& [key, value] : tags_of_root(volume, step.order.generation, now)) {
    tags[key] = value;
  }
  tags[std::string(tag::kGoal)] = to_string(step.goal);
  copy_tag(former.tags, tag::kUnattended, tags);
  return tags;
}

}  // namespace

Result<void> restore_lost_root(const Machine& machine, const step::RestoreLostRoot& step,
                               aws::Ec2& ec2, Claims& claims, TimePoint now) {
  const MoveOrder& order = step.order;
  TRY(const auto roots, volumes_of(machine, ec2));
  TRY_VOID(check_lost(roots, machine, order.generation));
  const std::string wished = destination_of(order);
  TRY(const std::string chosen, claims.claim(order.generation, ClaimOn::destination, wished));
  if (chosen != wished) {
    return fail(Errc::refused, "rule S2: the machine's next root has been decided already: " +
                                   chosen + "; run the command again in a few minutes");
  }
  if (!order.back_to.empty()) {
    TRY(const Volume back, usable_former_root(machine, roots, order.back_to));
    Tags tags = written(machine, step, back, back.id, now);
    // It keeps what it says of its own origin.
    tags.erase(std::string(tag::kFrom));
    return ec2.create_tags({back.id.str()}, tags);
  }
  TRY(const Snapshot source, usable_snapshot(order.from, ec2));
  const Volume former = newest_of(roots, machine);
  aws::VolumeSpec spec = spec_of_copy(former, source, order.zone);
  spec.tags = written(machine, step, former, VolumeId(), now);
  // EC2 tells the id only now: the controller writes it on the volume when it first sees that.
  spec.tags.erase(std::string(tag::kVolume));
  // A repeated call with the same token must be the same call.
  spec.tags.erase(std::string(tag::kRootSince));
  const std::string decision = std::to_string(order.generation) + " " + wished;
  TRY_VOID(create_copy(machine, std::move(spec), decision, ec2));
  return {};
}

}  // namespace ec2spotter
