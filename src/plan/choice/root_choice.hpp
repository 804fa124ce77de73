// Which volume is the machine's root, and whether it may be taken. Rules S2 and S4 rest on it.
#pragma once

#include <optional>
#include <vector>

#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

struct RootChoice {
  const Volume* volume = nullptr;   // of the observation; null when refused
  std::optional<Decision> refusal;  // set when there is no volume to go on with
};

RootChoice choose_root(const Machine& machine, const Observation& seen, TimePoint now);

// The goal that EC2 remembers for the machine: the tag on its root; up when there is none.
Goal recorded_goal(const Machine& machine, const Observation& seen, TimePoint now);

// What happens to our files on this volume.
GuestFiles guest_files_of(const Volume& volume);

// Are the root's instances launched by a fleet? As the machine's file says, or, where that leaves
// it open and names no engine that only a controller has, as the root's tags do.
bool is_unattended(const Machine& machine, const Volume& root);

// Will the system on this volume say on the body's console that it is up?
bool reports_root_up(const Machine& machine, const Volume& volume, const Instance& body);

// Has a newer root taken its place, as its tag says?
bool is_retired(const Volume& volume);

// Does it carry another volume's id, so that its tags are copies?
bool is_copy(const Volume& volume);

// Is this a root that has not been retired, and not a copy that carries the tags of one?
bool is_current_root(const Volume& volume);

// Takes away, of volumes with the role of a root, former ones and copies: each machine's newest
// stay.
void leave_newest_roots(std::vector<Volume>& roots);

// Do the volume's tags say that it is the root of this machine?
bool carries_tags_of(const Volume& volume, const Machine& machine);

// Does the machine's file name this volume, by its id or Name tag, or the one that it began with?
bool is_named_by(const Volume& volume, const Machine& machine);

}  // namespace ec2spotter
