// A root whose content moves to another region: what is done there, and what stays to be done here
// afterwards. docs/designs/move.md tells how it differs from a move within the region.
#pragma once

#include <optional>
#include <vector>

#include "plan/situation.hpp"

namespace ec2spotter {

// Of a region's volumes the machine's newest root, where its content has moved to another region;
// nullptr: it has not.
const Volume* departed_root(const Machine& machine, const std::vector<Volume>& volumes);

// Was the snapshot taken for one of the machine's moves, up to that generation?
bool is_of_move(const Snapshot& snapshot, int generation);

// Was the volume made for one of them to be a root, or data, and did not become it? One that EC2 is
// at work on, or that is attached, does not count.
bool is_spare(const Volume& volume, const Machine& machine, int generation);

class RegionMove {
 public:
  explicit RegionMove(const Situation& s) : s_(s) {}

  // What keeps an order to another region from being carried out; nullopt: nothing does.
  std::optional<Decision> hindrance(const Root& root) const;
  // The root that has been made there for the order; nullptr: there is none yet.
  const Volume* made_root(const Root& root) const;
  // Brings the completed snapshots of these volumes there; nullopt: all copies are completed.
  std::optional<Decision> copies(const Root& root, const std::vector<const Volume*>& volumes,
                                 SnapshotPurpose purpose) const;
  // The copy there of such a snapshot; nullptr: there is none, or it has failed.
  const Snapshot* copy_of(const Volume& volume, SnapshotPurpose purpose, int generation) const;
  // What an order that was stopped has left in the other region.
  std::optional<Decision> tidy_stopped(const Root& root) const;
  // Of a root that has moved away: what it left behind goes, in the end the root itself.
  Decision departed(const Volume& root) const;

 private:
  std::optional<Decision> delete_leftover(const Volume& root) const;
  std::optional<Decision> delete_expired(const Volume& root) const;
  bool has_come_up(const MoveOrder& order) const;
  std::optional<Decision> bring(const Root& root, const Volume& volume,
                                SnapshotPurpose purpose) const;
  Decision wait(const Root& root, const std::string& what) const;

  const Situation& s_;
};

}  // namespace ec2spotter
