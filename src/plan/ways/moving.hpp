// A root whose content moves to a new volume: the steps, in an order in which a controller may stop
// after each and another one goes on. docs/designs/move.md tells them with their crash points.
#pragma once

#include <optional>
#include <vector>

#include "plan/situation.hpp"

namespace ec2spotter {

class Moving {
 public:
  explicit Moving(const Situation& s) : s_(s) {}

  // Of a machine that should be up: the next instance is launched where the root will be, and a
  // working one goes on until that waits and a first snapshot is there (rule S8).
  Decision follow(const Root& root) const;
  // Of a root at rest: last snapshot, new volume, and the one write that makes it the root.
  Decision copy(const Root& root) const;
  // After a move, once the new root has come up (rule S3): what it left behind goes; nullopt:
  // nothing is left.
  std::optional<Decision> tidy(const Root& root) const;
  // Writes on former roots that they are retired, and since when.
  std::optional<Decision> retire_former(const Root& root) const;

 private:
  // Where the next instance is launched before its root is there.
  bool launches_ahead(const Root& root) const {
    return !root.unattended && !leaves_region(root.volume);
  }
  std::vector<const Volume*> moving_volumes(const Root& root) const;
  Decision follow_held(const Root& root) const;
  std::optional<Decision> check_other_region(const Root& root) const;
  Decision leave(const Root& root) const;
  Decision launch_or(const Root& root, Decision otherwise) const;
  std::optional<Decision> snapshot_ahead(const Root& root) const;
  std::optional<Decision> last_snapshot(const Root& root, const Snapshot*& found) const;
  Decision give_up(const Root& root) const;
  Decision make_root(const Root& root, const SnapshotId& from) const;
  std::optional<Decision> delete_leftover(const Root& root) const;
  std::optional<Decision> delete_expired(const Root& root) const;
  std::optional<Decision> wait_for_view(const Root& root) const;
  Decision wait(const Root& root, const std::string& what) const;

  const Situation& s_;
};

}  // namespace ec2spotter
