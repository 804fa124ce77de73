#include "plan/ways/data_disks.hpp"

#include <algorithm>
#include <utility>

#include "base/broken_rule.hpp"
#include "model/text/device_name.hpp"
#include "plan/body/body_history.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/common_steps.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {

std::optional<Decision> DataDisks::trouble() const {
  for (const DataDisk& disk : disks_) {
    if (disk.trouble) return disk.trouble;
  }
  return std::nullopt;
}

std::optional<Decision> DataDisks::adopt() const {
  for (const DataDisk& disk : disks_) {
    if (disk.trouble || is_data_of(*disk.volume, s_.machine)) continue;
    return s_.decide.act(Reason::adopting_volume,
                         disk.volume->id.str() + " becomes a data volume of this machine",
                         step::AdoptData{disk.volume->id});
  }
  return std::nullopt;
}

std::optional<Decision> DataDisks::protect() const {
  for (const DataDisk& disk : disks_) {
    if (disk.volume == nullptr) continue;
    for (const Attachment& attachment : disk.volume->attachments) {
      const Instance* body = s_.bodies.find_body(attachment.instance);
      const bool harmless = !attachment.delete_on_termination || body == nullptr;
      if (harmless || has_ended(*body) || breaks_rule(3)) continue;
      return s_.decide.act(Reason::protecting_root,
                           disk.volume->id.str() + " would be deleted with " + body->id.str(),
                           step::ProtectRoot{disk.volume->id, body->id, attachment.device});
    }
  }
  return std::nullopt;
}

// All that are free go out together.
std::optional<Decision> DataDisks::give_to(const Instance& body) const {
  std::vector<Step> steps;
  std::string ids;
  std::optional<Decision> waiting;
  for (const DataDisk& disk : disks_) {
    if (disk.trouble) continue;
    const Volume& volume = *disk.volume;
    const Attachment* held = holding(volume);
    if (held != nullptr && held->instance == body.id) {
      if (held->state != AttachmentState::attached) waiting = follow(volume, *held, body);
    } else if (held != nullptr && !breaks_rule(1)) {
      waiting = wait_for_holder(volume, *held);
    } else if (auto differing = wait_for_view(volume)) {
      waiting = std::move(differing);
    } else if (auto clash = find_clash(disk, body)) {
      return clash;
    } else {
      steps.emplace_back(step::AttachData{volume.id, body.id, disk.wanted->device});
      ids += (ids.empty() ? "" : ", ") + volume.id.str();
    }
  }
  if (steps.empty()) return waiting;
  Decision giving =
      s_.decide.wait(Reason::attaching_data_volume, ids + " to " + body.id.str(), kPollChange);
  giving.steps = std::move(steps);
  return giving;
}

std::optional<Decision> DataDisks::wait_until_free() const {
  for (const DataDisk& disk : disks_) {
    const Attachment* held = disk.volume == nullptr ? nullptr : holding(*disk.volume);
    if (held == nullptr) continue;
    if (auto waiting = wait_for_holder(*disk.volume, *held)) return waiting;
  }
  return std::nullopt;
}

// EC2 would refuse the attachment each time.
std::optional<Decision> DataDisks::find_clash(const DataDisk& disk, const Instance& body) const {
  const std::string& device = disk.wanted->device;
  for (const BlockDevice& other : body.block_devices) {
    if (!is_same_device(other.device, device) || other.state == AttachmentState::detached) continue;
    return s_.decide.stuck(Reason::data_volume_unusable, Errc::invalid,
                           disk.volume->id.str() + " cannot be attached to " + body.id.str() +
                               " as " + device + ": " + other.volume.str() +
                               " has that device there; give the data volume another device in "
                               "the machine file, or detach the other volume");
  }
  return std::nullopt;
}

// Rule S1: EC2's answers about one attachment may differ for a while.
std::optional<Decision> DataDisks::wait_for_view(const Volume& volume) const {
  for (const Instance& body : s_.seen.bodies) {
    if (has_ended(body) || !shows(body, volume.id)) continue;
    return s_.decide.wait(Reason::waiting_for_attachment,
                          body.id.str() + " shows " + volume.id.str() +
                              " as attached, and the volume does not show it; EC2's answers will "
                              "agree soon",
                          kPollChange);
  }
  return std::nullopt;
}

// An instance that waits for the root is given up for it, as one that the root cannot be attached
// to; one that works is not.
Decision DataDisks::follow(const Volume& volume, const Attachment& held,
                           const Instance& body) const {
  const std::string where =
      volume.id.str() + " is " + std::string(to_string(held.state)) + " at " + body.id.str();
  const bool stuck = held.state == AttachmentState::attaching && held.since != TimePoint{} &&
                     s_.now - held.since > kAttachLimit;
  if (!stuck) return s_.decide.wait(Reason::waiting_for_attachment, where, kPollChange);
  const std::string late = where + " for " + minutes_of(s_.now - held.since);
  if (&body == root_.holder) {
    return s_.decide.wait(Reason::waiting_for_attachment,
                          late +
                              "; ask AWS Support if it stays so, or `pause` the machine and "
                              "`resume` it",
                          kPollSupport);
  }
  return s_.decide.act(Reason::attachment_stuck, late + "; the instance is terminated",
                       step::TerminateBody{body.id, root_.volume.id});
}

std::optional<Decision> DataDisks::wait_for_holder(const Volume& volume,
                                                   const Attachment& held) const {
  const Instance* body = s_.bodies.find_body(held.instance);
  if (body == nullptr) return std::nullopt;
  return await_release(s_, volume, held, *body);
}

}  // namespace ec2spotter
