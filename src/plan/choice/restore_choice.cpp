#include "plan/choice/restore_choice.hpp"

#include <algorithm>

#include "model/move.hpp"
#include "model/tags.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

using Kind = RestorePoint::Kind;

RestorePoint point_of(const Volume& former) {
  RestorePoint point{
      .kind = Kind::former_root,
      .volume = former.id,
      .time = parse_iso8601(tag::value(former.tags, tag::kRetiredAt)).value_or(former.created),
      .size_gib = former.size_gib,
      .zone = former.zone};
  if (!former.attachments.empty()) {
    point.trouble = "it is attached to " + former.attachments.front().instance.str();
  } else if (former.state != VolumeState::available) {
    point.trouble = "it is in state " + std::string(to_string(former.state));
  }
  return point;
}

RestorePoint point_of(const Snapshot& snapshot) {
  const bool backup =
      tag::value(snapshot.tags, tag::kPurpose) == to_string(SnapshotPurpose::backup);
  RestorePoint point{.kind = backup ? Kind::backup : Kind::snapshot,
                     .snapshot = snapshot.id,
                     .volume = snapshot.volume,
                     .time = snapshot.started,
                     .size_gib = snapshot.size_gib};
  if (snapshot.state != SnapshotState::completed) {
    point.trouble = "it is " + std::string(to_string(snapshot.state)) +
                    (snapshot.progress.empty() ? "" : ", " + snapshot.progress) +
                    (snapshot.message.empty() ? "" : ": " + snapshot.message);
  }
  return point;
}

bool is_of_move(const Snapshot& snapshot) {
  const std::string purpose = tag::value(snapshot.tags, tag::kPurpose);
  return purpose == to_string(SnapshotPurpose::ahead) ||
         purpose == to_string(SnapshotPurpose::last);
}

Result<RestorePoint> check_usable(const RestorePoint& point) {
  if (point.trouble.empty()) return point;
  return fail(Errc::wrong_state, "nothing is restored from " + point.id() + ": " + point.trouble);
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::backup: return "backup";
    case Kind::snapshot: return "snapshot";
    case Kind::former_root: return "former root";
  }
  return "snapshot";
}

std::vector<RestorePoint> restore_points(const Machine& machine, const Volume* root,
                                         const std::vector<Volume>& volumes,
                                         const std::vector<Snapshot>& snapshots) {
  std::vector<RestorePoint> points;
  for (const Volume& volume : volumes) {
    const bool former = carries_tags_of(volume, machine) && !is_copy(volume) &&
                        (root == nullptr || volume.id != root->id);
    if (former && volume.state != VolumeState::error) points.push_back(point_of(volume));
  }
  for (const Snapshot& snapshot : snapshots) {
    if (!is_of_move(snapshot)) points.push_back(point_of(snapshot));
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const RestorePoint& a, const RestorePoint& b) { return a.time > b.time; });
  return points;
}

Result<RestorePoint> find_restore_point(const std::vector<RestorePoint>& points,
                                        const std::string& text) {
  for (const RestorePoint& point : points) {
    if (point.id() == text) return check_usable(point);
  }
  if (text.starts_with("snap-") || text.starts_with("vol-")) {
    return fail(Errc::not_found, text +
                                     " is neither a snapshot of this machine's root nor a former "
                                     "root of it; `backups` lists them");
  }
  const auto time = parse_iso8601(text);
  if (!time) {
    return fail(Errc::invalid, "'" + text +
                                   "' is neither an id, such as snap-0123, nor a time, such as "
                                   "2026-11-28T12:00:00Z");
  }
  for (const RestorePoint& point : points) {
    const bool usable = point.kind != Kind::former_root && point.trouble.empty();
    if (usable && point.time <= *time) return point;
  }
  return fail(Errc::not_found, "no finished snapshot of this machine's root is from " +
                                   format_iso8601(*time) + " or before; `backups` lists them");
}

Result<RestorePoint> last_former_root(const std::vector<RestorePoint>& points) {
  for (const RestorePoint& point : points) {
    if (point.kind == Kind::former_root) return check_usable(point);
  }
  return fail(Errc::not_found, "the machine has no former root; `backups` lists what there is");
}

}  // namespace ec2spotter
