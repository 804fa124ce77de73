#include "control/act/disk_rules.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"

namespace ec2spotter {

const Volume* find_volume(const std::vector<Volume>& volumes, const VolumeId& id) {
  const auto found = std::find_if(volumes.begin(), volumes.end(),
                                  [&](const Volume& volume) { return volume.id == id; });
  return found == volumes.end() ? nullptr : &*found;
}

Result<std::vector<Volume>> volumes_of(const Machine& machine, aws::Ec2& ec2) {
  return ec2.describe_volumes({}, {tag_filter(tag::kMachine, machine.name.str()),
                                   tag_filter(tag::kOwner, machine.owner.str())});
}

bool DiskRules::is_root(const VolumeId& id) const {
  return find_volume(seen_.volumes, id) != nullptr;
}

// Rules S3 and S4: an image's disk has the tags of a body, and nothing else has it. False: there
// is no such volume any more.
Result<bool> DiskRules::check_image_disk(const VolumeId& id) {
  TRY(const auto fresh, ec2_.describe_volumes({}, {{"volume-id", {id.str()}}}));
  for (const Volume& volume : fresh) {
    if (is_of_body(volume) && !is_root(id)) return true;
    return fail(Errc::refused, "rule S3: " + id.str() +
                                   " does not carry the tags of an instance's own disk; it is "
                                   "not changed");
  }
  return false;
}

// Rule S3: asks EC2 again, just before a body is terminated, whether its root stays.
// Rule S7: a body that ends because it lacks the root has not got it meanwhile.
Result<void> DiskRules::check_root_survives(const step::TerminateBody& step) {
  const InstanceId& id = step.instance;
  TRY(const auto fresh, ec2_.describe_instances({id}, {}));
  for (const Instance& body : fresh) {
    for (const BlockDevice& disk : body.block_devices) {
      if (disk.volume == step.lacks && disk.state != AttachmentState::detached) {
        return fail(Errc::wrong_state, "rule S7: " + id.str() + " has got " + disk.volume.str() +
                                           " meanwhile; it is not terminated");
      }
      if (!is_root(disk.volume) || !disk.delete_on_termination || breaks_rule(3)) continue;
      return fail(Errc::wrong_state, "rule S3: " + disk.volume.str() + " would be deleted with " +
                                         id.str() + "; it is not terminated");
    }
    TRY_VOID(keep_foreign_disks(body));
  }
  return {};
}

// Rule S3: what an image brought goes with its body; any other disk, which a person attached, is
// set to outlive it.
Result<void> DiskRules::keep_foreign_disks(const Instance& body) {
  if (breaks_rule(3)) return {};
  for (const BlockDevice& disk : body.block_devices) {
    const bool brought_first = disk.device == body.root_device;
    if (brought_first || !disk.delete_on_termination || is_root(disk.volume)) continue;
    TRY(const bool brought, goes_with_body(disk.volume));
    if (brought && !lacks(Cure::image_disks)) continue;
    if (lacks(Cure::image_disks)) return fail(Errc::refused, "rule S3: " + disk.volume.str());
    TRY_VOID(ec2_.set_delete_on_termination(body.id, disk.device, false));
    return fail(Errc::wrong_state, disk.volume.str() + " would be deleted with " + body.id.str() +
                                       "; it is now kept, and the next look checks that first");
  }
  return {};
}

// A launch tags the disks that the image brings.
Result<bool> DiskRules::goes_with_body(const VolumeId& id) {
  TRY(const auto fresh, ec2_.describe_volumes({}, {{"volume-id", {id.str()}}}));
  return std::all_of(fresh.begin(), fresh.end(),
                     [&](const Volume& volume) { return is_of_body(volume); });
}

bool DiskRules::is_of_body(const Volume& volume) const {
  return tag::value(volume.tags, tag::kRole) == tag::kRoleInstance &&
         tag::value(volume.tags, tag::kOwner) == machine_.owner.str();
}

}  // namespace ec2spotter
