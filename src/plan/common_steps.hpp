// Steps and waits that several of the planner's questions share.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/situation.hpp"

namespace ec2spotter {

// Was the call for this instance sent so lately that EC2 need not show its effect yet?
bool was_sent_lately(const std::map<InstanceId, TimePoint>& sent, const InstanceId& id,
                     TimePoint now);

// Tags the root for this machine and goal; `what` continues the sentence that begins with its id.
Decision adopt(const Situation& s, const Root& root, Goal goal, const std::string& what);

// What keeps the machine's Elastic IP from being moved to its instances; nullopt: nothing does.
std::optional<Decision> check_address(const Situation& s);

// The root is held, and is to become free. It is never detached by force.
Decision wait_for_release(const Situation& s, const Root& root);

// The same for any volume of the machine's that this instance of ours holds.
Decision await_release(const Situation& s, const Volume& volume, const Attachment& held,
                       const Instance& body);

// What an instance that has no boot program, and not the root, still needs before it may get the
// root; nullopt: it is ready.
std::optional<Decision> make_disk_ready(const Situation& s, const Root& root, const Instance& next);

// Rule S3: a holder that would take the root with it is cured of that before anything else, also
// while EC2 is at work on it or about to take it. Nullopt: it is harmless, or has ended.
std::optional<Decision> protect(const Situation& s, const Root& root);

// The newest snapshot for that, of those that have not failed; nullptr: there is none.
const Snapshot* find_snapshot(const std::vector<Snapshot>& snapshots, const VolumeId& volume,
                              SnapshotPurpose purpose, int generation);

// No instance has it, and EC2 is not at work on it.
bool is_idle(const Volume& volume);

// Deletes a volume that has been retired for so long; nullopt: it has not, or it is not idle.
std::optional<Decision> delete_retired(const Situation& s, const Volume& volume, Duration kept);

// "snap-1 is pending, 40%", for people.
std::string progress_of(const Snapshot& snapshot);

// Does EC2 not show yet what was made last for a move? Nothing is made a second time meanwhile.
bool made_is_unseen(const Situation& s);

// Ends an instance of ours that lost the race for the volume, or was stopped and gave it back.
// Nullopt: there is no such instance left.
std::optional<Decision> collect_all_but(const Situation& s, const Volume& volume,
                                        std::initializer_list<const Instance*> kept);

}  // namespace ec2spotter
