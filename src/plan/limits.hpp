// The planner's times and counts, each with its reason.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.hpp"

namespace ec2spotter {

// How often a machine is looked at again, by what is expected of it.
inline constexpr Duration kPollChange = std::chrono::seconds(1);     // EC2 changes a state
inline constexpr Duration kPollConsole = std::chrono::seconds(2);    // the guest is at work
inline constexpr Duration kPollFleet = std::chrono::seconds(5);      // a fleet is at work
inline constexpr Duration kPollEnding = std::chrono::seconds(5);     // a notice runs out
inline constexpr Duration kPollCapacity = std::chrono::seconds(15);  // a closed pool may open
inline constexpr Duration kPollSupport = std::chrono::seconds(15);   // a person is at work
inline constexpr Duration kPollRest = std::chrono::seconds(60);      // nothing is expected

// EC2 shows the effect of a call within a few seconds; a call that is sent again sooner is noise.
inline constexpr Duration kSendAgainAfter = std::chrono::seconds(5);

// EC2 shows a new fleet, and its instances, within this time.
inline constexpr Duration kFleetShown = std::chrono::seconds(60);

// How long an instance that boots from the root may take until it is ready to get the root.
inline constexpr Duration kSwapLimit = std::chrono::minutes(10);

// A preboot system listens for EC2's wish to restart it within this time after its launch.
inline constexpr Duration kGuestStarts = std::chrono::seconds(60);

// Tasks to replace the root disk of one instance that may fail before the instance is given up.
inline constexpr int kFailedTasksMost = 2;

// How long a replacement may take before the machine's reason says so: EC2 waits four minutes for a
// guest that does not restart, and the work itself has been seen to take up to seven.
inline constexpr Duration kReplaceLimit = std::chrono::minutes(20);

// A preboot system that has said nothing for so long is past its initrd: the console may lag.
inline constexpr Duration kSilentPreboot = std::chrono::minutes(3);

// How long EC2 may be attaching before the instance is given up. Source: AWS's advice on volumes
// that are stuck attaching is to try another instance or device name after a few minutes.
inline constexpr Duration kAttachLimit = std::chrono::minutes(5);

// How long a lost instance may hold the root before the machine's reason says so.
inline constexpr Duration kReleaseLimit = std::chrono::minutes(15);

// How long an instance must be seen without its root before the planner believes it: EC2 may show
// an attachment late.
inline constexpr Duration kRootLostFor = std::chrono::minutes(1);

// How long a root, or a data volume, must be missing before instances that were launched for it are
// collected.
inline constexpr Duration kMissingFor = std::chrono::minutes(5);

// The boot program ends each of its stages after an hour at the latest (boot/program/main.sh).
inline constexpr Duration kStageMost = std::chrono::minutes(65);

// How long a pool without capacity is left alone. EC2 gives no hint; three minutes is what node
// provisioners in the field use.
inline constexpr Duration kClosedPoolLifetime = std::chrono::minutes(3);

// How long a pool that EC2 refuses us for another reason is left alone: the cause does not go away
// by itself, but a person may remove it.
inline constexpr Duration kRefusedPoolLifetime = std::chrono::minutes(10);

// How long a pool that took an instance from us is taken last.
inline constexpr Duration kShakyPoolLifetime = std::chrono::minutes(30);

// How long an instance that has ended counts against its pool: as long as EC2 shows it.
inline constexpr Duration kHistory = std::chrono::hours(1);

// How long after a launch EC2's own end of the instance is taken for a refusal.
inline constexpr Duration kRefusalAge = std::chrono::minutes(3);

// Instances that one machine may launch in an hour, so that no fault runs up costs.
inline constexpr int kLaunchesPerHour = 12;

// Instances in a row that may be given up before a person has to look.
inline constexpr int kFailedBootsMost = 2;

// A fleet takes many more pools than this; more gain nothing.
inline constexpr std::size_t kFleetPoolsMost = 40;

// How long an ailment must last before it counts: a restart from inside, or a busy minute, does not
// count.
inline constexpr Duration kAilingFor = std::chrono::minutes(3);

// How long an ailment must last before the instance is replaced for it.
inline constexpr Duration kReplacedAfter = std::chrono::minutes(5);

// How long after a restart another one may be tried.
inline constexpr Duration kRestartAgainAfter = std::chrono::minutes(30);

// How long a move waits after its order until it rests on the root being at rest: EC2 shows the
// order to every controller within this time.
inline constexpr Duration kOrderShown = std::chrono::seconds(10);

// EC2 shows a new snapshot, and a new volume, within this time.
inline constexpr Duration kStorageShown = std::chrono::seconds(30);

// How often a watch tries again what EC2 has refused for a KMS key: a person must cure that.
inline constexpr Duration kKeyTriedEvery = std::chrono::minutes(1);

// EC2 shows a network interface, and whose the instance on it is, within this time. No person is
// called before.
inline constexpr Duration kInterfaceShown = std::chrono::minutes(1);

// How long the claims of a move are kept after the new root was made: a controller that has not
// seen it yet would make a second one.
inline constexpr Duration kClaimsKept = std::chrono::minutes(5);

// A root that a restore has replaced is kept for so long, whatever the file says: a person may see
// only then what is missing.
inline constexpr Duration kKeptAfterRestore = std::chrono::hours(24);

// Volumes in a row that EC2 may fail to make for one move before a person has to look.
inline constexpr int kRootAttemptsMost = 3;

// Snapshots in a row that may fail for one move before a person has to look.
inline constexpr int kFailedSnapshotsMost = 3;

// What the choice of a zone expects of EC2: a snapshot's least time and the time of each GiB that
// it has to store, which part of a disk changes in an hour, and how long a new volume takes. AWS
// gives no numbers; these are from users' reports.
inline constexpr Duration kSnapshotLeast = std::chrono::seconds(20);
inline constexpr std::chrono::duration<double> kSnapshotOfGib{5};
inline constexpr double kChangedInAnHour = 0.05;
inline constexpr Duration kVolumeCreated = std::chrono::seconds(3);

}  // namespace ec2spotter
