#include "plan/ways/backups.hpp"

#include <algorithm>

#include "model/tags.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

bool was_just_made(const Situation& s) {
  return !s.memory.made.id.empty() && s.now - s.memory.made.at < kStorageShown;
}

bool is_due(const Situation& s, const std::vector<const Snapshot*>& backups) {
  if (!s.machine.snapshot_every) return false;
  if (backups.empty()) return true;
  return s.now - backups.front()->started >= *s.machine.snapshot_every;
}

}  // namespace

std::vector<const Snapshot*> backups_of(const Observation& seen) {
  std::vector<const Snapshot*> backups;
  for (const Snapshot& snapshot : seen.snapshots) {
    const bool is_backup =
        tag::value(snapshot.tags, tag::kPurpose) == to_string(SnapshotPurpose::backup);
    if (is_backup && snapshot.state != SnapshotState::error) backups.push_back(&snapshot);
  }
  std::stable_sort(backups.begin(), backups.end(),
                   [](const Snapshot* a, const Snapshot* b) { return a->started > b->started; });
  return backups;
}

std::optional<Decision> keep_backups(const Situation& s, const Root& root) {
  const auto backups = backups_of(s.seen);
  if (is_due(s, backups) && !was_just_made(s)) {
    return s.decide.act(
        Reason::taking_snapshot, root.volume.id.str() + ": the next backup is due",
        step::TakeSnapshot{root.volume.id, SnapshotPurpose::backup, generation_of(root.volume)});
  }
  const KeepSnapshots& kept = s.machine.keep_snapshots;
  int completed = 0;
  for (const Snapshot* backup : backups) {
    if (backup->state != SnapshotState::completed) continue;
    ++completed;
    const bool old = kept.age && s.now - backup->started >= *kept.age;
    if (completed == 1 || (completed <= kept.count && !old)) continue;
    return s.decide.act(Reason::tidying_up, backup->id.str() + " is an old backup",
                        step::DeleteSnapshot{backup->id});
  }
  return std::nullopt;
}

}  // namespace ec2spotter
