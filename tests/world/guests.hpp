// Scripted guests whose machines write all the time, so that a lost write is seen (rule S5).
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/scripted/scripted_bodies.hpp"

namespace ec2spotter::scenario {

class Guests final : public sim::ScriptedBodies {
 public:
  using ScriptedBodies::ScriptedBodies;

  // What a volume lacked of the records that its machine had fsynced, when it got its next body or
  // was deleted.
  const std::vector<std::string>& losses() const { return losses_; }
  // The machine on this root, or on a copy of it, needs these further disks, or copies of them,
  // before it is entered: else the guest says among the losses that it is half-up.
  void need(const std::string& root, std::set<std::string> further) {
    needs_[root] = std::move(further);
  }

  // A person has ordered that the machine goes back to this snapshot: what it lacks, which only the
  // present root has, counts as given up.
  void allow_restore(const std::string& snapshot_id, const std::string& present_root);

  Result<void> create_volume(const std::string& volume_id, int size_gib,
                             const std::string& snapshot_id) override;
  Result<void> delete_volume(const std::string& volume_id) override;
  Result<void> create_snapshots(const std::vector<sim::SnapshotOrder>& orders) override;
  Result<void> copy_snapshot(const std::string& snapshot_id, const std::string& source_id) override;

 private:
  void on_plugged(const std::string& volume_id) override;
  void on_unplugged(const std::string& volume_id, Duration up) override;
  void on_entering(const std::string& root, const std::set<std::string>& further) override;
  void check(const std::string& volume_id);

  // A machine fsyncs one record each millisecond: as the disk holds them, and as it has told.
  struct Records {
    Duration::rep on_disk = 0, fsynced = 0;
    // The volume that it was copied from, until its own machine has got it: then the machine has
    // all that it had told there.
    std::string source = {};
  };
  std::map<std::string, Records> records_;    // by volume
  std::map<std::string, Records> snapshots_;  // as of their moment; `source` is their volume
  std::set<std::string> given_up_;            // volumes that a restore replaces
  std::map<std::string, std::set<std::string>> needs_;  // by root
  std::vector<std::string> losses_;
};

}  // namespace ec2spotter::scenario
