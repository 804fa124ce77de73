// The data volumes of a root that moves: they are copied with it, from the same point in time.
#pragma once

#include <optional>
#include <vector>

#include "plan/choice/data_choice.hpp"
#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class DataMoving {
 public:
  DataMoving(const Situation& s, const Root& root)
      : s_(s), root_(root), disks_(choose_data(s.machine, s.seen, root.volume, s.now)) {}

  // While the root moves. A first snapshot of each that is in use; nullopt: all are done.
  std::optional<Decision> snapshots_ahead() const { return snapshots(SnapshotPurpose::ahead); }
  // Those that move with the root.
  std::vector<const Volume*> moving() const;
  // What keeps them from being copied: one that cannot be had, or is not at rest; nullopt: nothing.
  std::optional<Decision> hindrance() const;
  // The last snapshot of each, which is at rest; nullopt: all are done.
  std::optional<Decision> last_snapshots() const { return snapshots(SnapshotPurpose::last); }
  // A copy of each in the other zone; nullopt: all are available.
  std::optional<Decision> make() const;
  // Those copies, one for each.
  std::vector<VolumeId> copies() const;

  // After a move, as with the root: former ones are marked, what did not become the machine's data
  // goes, and what has been kept for long enough.
  std::optional<Decision> retire_former() const;
  std::optional<Decision> delete_leftover() const;
  std::optional<Decision> delete_expired() const;

 private:
  bool moves(const DataDisk& disk) const;
  std::optional<Decision> snapshots(SnapshotPurpose purpose) const;
  const Volume* find_copy(const Volume& former) const;
  const Snapshot* source_of_copy(const Volume& former) const;
  std::optional<Decision> make_one(const Volume& former) const;
  Decision wait(const std::string& what) const;

  const Situation& s_;
  const Root& root_;
  std::vector<DataDisk> disks_;
};

}  // namespace ec2spotter
