#include "guests.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"

namespace ec2spotter::scenario {
namespace {

// What a disk with a volatile cache, which breaks rule S5, loses with its power.
constexpr Duration kLostFromCache = std::chrono::seconds(5);

}  // namespace

void Guests::allow_restore(const std::string& snapshot_id, const std::string& present_root) {
  given_up_.insert(present_root);
  const auto snapshot = snapshots_.find(snapshot_id);
  if (snapshot != snapshots_.end()) snapshot->second.source.clear();
}

void Guests::on_plugged(const std::string& volume_id) {
  check(volume_id);
  given_up_.erase(volume_id);
}

Result<void> Guests::create_volume(const std::string& volume_id, int size_gib,
                                   const std::string& snapshot_id) {
  if (const auto snapshot = snapshots_.find(snapshot_id); snapshot != snapshots_.end()) {
    records_[volume_id] = snapshot->second;
  }
  return ScriptedBodies::create_volume(volume_id, size_gib, snapshot_id);
}

// Of a volume in use, what its guest has written since it got it does not count: nobody may rest on
// that.
Result<void> Guests::create_snapshots(const std::vector<sim::SnapshotOrder>& orders) {
  for (const auto& [snapshot_id, volume_id] : orders) {
    const auto on_disk = records_[volume_id].on_disk;
    snapshots_[snapshot_id] = {.on_disk = on_disk, .fsynced = on_disk, .source = volume_id};
  }
  return ScriptedBodies::create_snapshots(orders);
}

Result<void> Guests::copy_snapshot(const std::string& snapshot_id, const std::string& source_id) {
  snapshots_[snapshot_id] = snapshots_[source_id];
  return ScriptedBodies::copy_snapshot(snapshot_id, source_id);
}

Result<void> Guests::delete_volume(const std::string& volume_id) {
  Records& records = records_[volume_id];
  // A copy that no machine has had is not the only one.
  if (!records.source.empty() || given_up_.contains(volume_id)) records = {};
  records.on_disk = 0;
  check(volume_id);
  records_.erase(volume_id);
  return {};
}

void Guests::on_unplugged(const std::string& volume_id, Duration up) {
  Records& records = records_[volume_id];
  records.fsynced += up.count();
  const Duration lost = breaks_rule(5) ? std::min(kLostFromCache, up) : Duration{};
  records.on_disk = records.fsynced - lost.count();
}

void Guests::on_entering(const std::string& root, const std::set<std::string>& further) {
  std::set<std::string> origins;
  for (const std::string& volume : further) origins.insert(origin_of(volume));
  for (const std::string& volume : needs_[origin_of(root)]) {
    if (!origins.contains(volume)) losses_.push_back("half-up: " + root + " lacks " + volume);
  }
}

void Guests::check(const std::string& volume_id) {
  Records& records = records_[volume_id];
  if (!records.source.empty()) {
    Records& former = records_[records.source];
    records.fsynced = former.fsynced;
    former = {};
    records.source.clear();
  }
  if (records.on_disk == records.fsynced) return;
  losses_.push_back("S5: " + volume_id + " lacks " +
                    std::to_string(records.fsynced - records.on_disk) + " fsynced records");
  records.fsynced = records.on_disk;
}

}  // namespace ec2spotter::scenario
