// What a machine's root can be restored from.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/machine.hpp"
#include "model/resources.hpp"

namespace ec2spotter {

struct RestorePoint {
  enum class Kind {
    backup,       // a snapshot that a watch has taken, as the file says
    snapshot,     // of one of the machine's roots, by somebody else
    former_root,  // a volume, with all that it had when another one took its place
  };
  Kind kind = Kind::backup;
  SnapshotId snapshot{};  // empty for a former root
  VolumeId volume{};      // the former root, or the root that the snapshot is of
  TimePoint time{};       // of which moment the content is
  int size_gib = 0;
  std::string zone{};     // of a former root
  std::string trouble{};  // why it cannot be used now; empty: it can

  const std::string& id() const {
    return kind == Kind::former_root ? volume.str() : snapshot.str();
  }
};
std::string_view to_string(RestorePoint::Kind kind);

// The newest first. `root` is the present one, or null. What a move has taken for itself is not
// among them: it goes with the move.
std::vector<RestorePoint> restore_points(const Machine& machine, const Volume* root,
                                         const std::vector<Volume>& volumes,
                                         const std::vector<Snapshot>& snapshots);

// The one that `text` means: a snapshot's or a former root's id, or a time (ISO 8601), for which it
// is the last usable snapshot before it. Errors: not_found when none is meant, wrong_state when it
// cannot be used, invalid when the text is neither an id nor a time.
Result<RestorePoint> find_restore_point(const std::vector<RestorePoint>& points,
                                        const std::string& text);

// The former root that was replaced last. Errors: not_found when there is none.
Result<RestorePoint> last_former_root(const std::vector<RestorePoint>& points);

}  // namespace ec2spotter
