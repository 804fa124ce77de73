#include "control/act/disks/data_volumes.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "control/act/disk_rules.hpp"
#include "control/tags/ownership.hpp"
#include "model/move.hpp"
#include "model/tags.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

Result<Volume> look_at(const VolumeId& id, aws::Ec2& ec2) {
  TRY(auto fresh, ec2.describe_volumes({id}, {}));
  if (!fresh.empty()) return std::move(fresh.front());
  return fail(Errc::not_found, id.str() + " does not exist any more");
}

// No root, whatever else its tags say, becomes a data volume.
Result<void> check_usable(const Machine& machine, const Volume& volume, const Observation& seen) {
  const bool is_root =
      std::any_of(seen.volumes.begin(), seen.volumes.end(), [&](const Volume& root) {
        return root.id == volume.id && carries_tags_of(root, machine) && is_current_root(root);
      });
  const auto why = unusable_as_data(volume, machine, is_root ? volume.id : VolumeId());
  if (!why) return {};
  return fail(Errc::refused, "rule S4: " + *why);
}

// Rule S2: no instance gets data whose root moves, or that a copy has replaced.
Result<void> check_newest(const Machine& machine, const Volume& volume, aws::Ec2& ec2) {
  TRY(const auto all, volumes_of(machine, ec2));
  int newest = 1;
  bool moves = false;
  for (const Volume& root : all) {
    if (!carries_tags_of(root, machine) || is_copy(root) || generation_of(root) < newest) continue;
    newest = generation_of(root);
    moves = order_of(root).has_value();
  }
  const bool early = generation_of(volume) > newest;
  if (!moves && !early && !is_former_data(volume, all, machine, newest)) return {};
  return fail(Errc::wrong_state,
              "rule S2: the content of " + volume.id.str() +
                  " moves, or has moved, to another volume; no instance gets it");
}

}  // namespace

Result<void> adopt_data(const Machine& machine, const step::AdoptData& step,
                        const Observation& seen, aws::Ec2& ec2) {
  TRY(const Volume volume, look_at(step.volume, ec2));
  TRY_VOID(check_usable(machine, volume, seen));
  for (const Attachment& attachment : volume.attachments) {
    if (BodyView(seen).find_body(attachment.instance) != nullptr) continue;
    return fail(Errc::refused, "rule S4: " + volume.id.str() + " is at " +
                                   attachment.instance.str() +
                                   ", which is not this machine's; it is not changed");
  }
  return ec2.create_tags({volume.id.str()}, adoption_tags(machine, volume.id, tag::kRoleData));
}

Result<void> attach_data(const Machine& machine, const step::AttachData& step,
                         const Observation& seen, aws::Ec2& ec2) {
  TRY(const Volume volume, look_at(step.volume, ec2));
  for (const Attachment& attachment : volume.attachments) {
    if (attachment.instance == step.instance) return {};
    if (breaks_rule(1)) continue;
    return fail(Errc::wrong_state,
                "rule S1: " + volume.id.str() + " is " + std::string(to_string(attachment.state)) +
                    " at " + attachment.instance.str() + "; it is not attached a second time");
  }
  TRY_VOID(check_usable(machine, volume, seen));
  if (!is_data_of(volume, machine)) {
    return fail(Errc::refused, "rule S4: " + volume.id.str() +
                                   " does not carry the tags of this machine's data; it is not "
                                   "attached");
  }
  TRY_VOID(check_newest(machine, volume, ec2));
  return ec2.attach_volume(step.volume, step.instance, step.device);
}

}  // namespace ec2spotter
