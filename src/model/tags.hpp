// The tags that we put on EC2's resources. They are hints and ownership, never a lock.
#pragma once

#include <string>
#include <string_view>

#include "model/resources.hpp"

namespace ec2spotter::tag {

// On bodies that were launched together, kMachine, kBodyOf and kName list those of all of them; see
// control/tags/batch_tags.hpp.
inline constexpr std::string_view kMachine = "ec2spotter:machine";
inline constexpr std::string_view kOwner = "ec2spotter:owner";
inline constexpr std::string_view kRole = "ec2spotter:role";
inline constexpr std::string_view kRoleRoot = "root";          // a volume
inline constexpr std::string_view kRoleInstance = "instance";  // and the disk of its image
inline constexpr std::string_view kRoleFleet = "fleet";
inline constexpr std::string_view kState = "ec2spotter:state";  // of a root
inline constexpr std::string_view kCurrent = "current";
inline constexpr std::string_view kRetired = "retired";  // a newer root has taken its place
// On a root: its own id. EC2's tools copy tags from a volume to its snapshots and on to what is
// made of those: a copy carries another volume's id.
inline constexpr std::string_view kVolume = "ec2spotter:volume";
inline constexpr std::string_view kBodyOf = "ec2spotter:instance-of";  // a volume id
inline constexpr std::string_view kGoal = "ec2spotter:goal";           // up, paused; on the volume
inline constexpr std::string_view kRoot = "ec2spotter:root";           // on a body: up, or silent
inline constexpr std::string_view kAttempt = "ec2spotter:attempt";     // on a body: 1, 2 ...
inline constexpr std::string_view kTakesOver = "ec2spotter:takes-over";  // on a body: another's id
// On a body: the engine that it was launched for. On the volume: the engine that `auto` has chosen
// for it, where that is not kexec; and the word of the boot program, or kSilent, because of which.
inline constexpr std::string_view kEngine = "ec2spotter:engine";
inline constexpr std::string_view kEngineBecause = "ec2spotter:engine-because";
inline constexpr std::string_view kSilent = "silent";
// On a body that was silent: true where its firmware finds no loader on the root's disk.
inline constexpr std::string_view kLacksLoader = "ec2spotter:lacks-loader";
// On a body with replace or swap: the disk that its image gave it, or kGone.
inline constexpr std::string_view kImageDisk = "ec2spotter:image-disk";
inline constexpr std::string_view kGone = "gone";
inline constexpr std::string_view kUnattended = "ec2spotter:unattended";   // on the volume: true
inline constexpr std::string_view kGuestFiles = "ec2spotter:guest-files";  // remove, install; there
inline constexpr std::string_view kMadeFrom = "ec2spotter:made-from";  // on a fleet: a fingerprint
// On the volume: when a fleet was last asked for, which EC2 may show only later.
inline constexpr std::string_view kFleetAskedAt = "ec2spotter:fleet-asked-at";
// EC2's own, on the instances of a fleet.
inline constexpr std::string_view kFleetId = "aws:ec2:fleet-id";
inline constexpr std::string_view kName = "Name";

// The value of `key`, or empty.
inline std::string value(const Tags& tags, std::string_view key) {
  const auto found = tags.find(std::string(key));
  return found == tags.end() ? std::string() : found->second;
}

// Is it a flag that says yes?
inline bool is_set(const Tags& tags, std::string_view key) { return value(tags, key) == "true"; }

}  // namespace ec2spotter::tag
