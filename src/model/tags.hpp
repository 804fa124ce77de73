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
inline constexpr std::string_view kRoleNext = "next-root";  // a volume that will be a root
inline constexpr std::string_view kRoleData = "data";       // a volume beside the root
inline constexpr std::string_view kRoleSnapshot = "snapshot";
inline constexpr std::string_view kRoleClaim = "claim";  // a launch template
inline constexpr std::string_view kRoleInterface = "interface";
// On a root whose machine keeps its private address: the id of the network interface, kToCome
// before there is one, or kGone after.
inline constexpr std::string_view kInterface = "ec2spotter:interface";
// On a root, and on what is made for it: which of the machine's roots it is; absent: the first.
inline constexpr std::string_view kGeneration = "ec2spotter:generation";
// On a root: the order under which its content moves to another volume. No instance gets it then.
inline constexpr std::string_view kMove = "ec2spotter:move";
inline constexpr std::string_view kFrom = "ec2spotter:from";  // the volume that it was made from
// On a root: the volume that the machine was first adopted with, which its file may name for ever.
inline constexpr std::string_view kOrigin = "ec2spotter:origin";
inline constexpr std::string_view kRetiredAt = "ec2spotter:retired-at";
inline constexpr std::string_view kRootSince = "ec2spotter:root-since";  // of a root by a move
// On a root that a move has made: kKept while what the move needed is there, then kGone.
inline constexpr std::string_view kLeftovers = "ec2spotter:leftovers";
inline constexpr std::string_view kKept = "kept";
inline constexpr std::string_view kPurpose = "ec2spotter:purpose";  // of a snapshot
inline constexpr std::string_view kClaim = "ec2spotter:claim";      // of a claim: what it says
inline constexpr std::string_view kState = "ec2spotter:state";      // of a root
inline constexpr std::string_view kCurrent = "current";
inline constexpr std::string_view kRetired = "retired";  // a newer root has taken its place
// On a root: its own id. EC2's tools copy tags from a volume to its snapshots and on to what is
// made of those: a copy carries another volume's id.
inline constexpr std::string_view kVolume = "ec2spotter:volume";
inline constexpr std::string_view kBodyOf = "ec2spotter:instance-of";  // a volume id
// There, of an instance that is launched before its root is made; then the root's id.
inline constexpr std::string_view kToCome = "to-come";
inline constexpr std::string_view kGoal = "ec2spotter:goal";        // up, paused; on the volume
inline constexpr std::string_view kRoot = "ec2spotter:root";        // on a body: up, or silent
inline constexpr std::string_view kAttempt = "ec2spotter:attempt";  // on a body: 1, 2 ...
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
// On a root: the code with which EC2 refused to give it to an instance for its KMS key, and when;
// kGone once EC2 has done it.
inline constexpr std::string_view kKeyRefused = "ec2spotter:key-refused";
// On an instance that the machine is to leave behind as an ordinary one: true.
inline constexpr std::string_view kEjects = "ec2spotter:ejects";
// On a volume that was an ordinary instance's: the instance's id and the device there.
inline constexpr std::string_view kImportedFrom = "ec2spotter:imported-from";
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
