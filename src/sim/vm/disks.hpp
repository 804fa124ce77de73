// EBS volumes and snapshots as sparse raw files below one folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/state/body.hpp"

namespace ec2spotter::sim {

// Each method works completely or not at all: files appear under their own name only when complete.
// Errors: not_found for an unknown id, already_done for one that exists, io.
class Disks {
 public:
  // Makes volumes/ and snapshots/ in `folder` and removes files that an interrupted run left
  // incomplete.
  static Result<Disks> open(const std::filesystem::path& folder);

  // A blank disk when `snapshot_id` is empty, else its copy, as long as `size_gib` says.
  Result<void> create_volume(const std::string& volume_id, int size_gib,
                             const std::string& snapshot_id);
  Result<void> delete_volume(const std::string& volume_id);
  // Errors: invalid when that would be a smaller disk.
  Result<void> grow_volume(const std::string& volume_id, int size_gib);
  Result<void> create_snapshot(const std::string& snapshot_id, const std::string& volume_id);
  // All of them or none.
  Result<void> create_snapshots(const std::vector<SnapshotOrder>& orders);
  Result<void> delete_snapshot(const std::string& snapshot_id);
  Result<void> copy_snapshot(const std::string& snapshot_id, const std::string& source_id);
  Result<void> import_snapshot(const std::string& snapshot_id, const std::filesystem::path& image);

  // What the volume takes of the host's disk: holes do not count.
  Result<long> used_mib(const std::string& volume_id) const;
  // The file of a volume. Errors: not_found.
  Result<std::filesystem::path> volume(const std::string& volume_id) const;

 private:
  explicit Disks(const std::filesystem::path& folder)
      : volumes_(folder / "volumes"), snapshots_(folder / "snapshots") {}
  std::filesystem::path volume_file(const std::string& id) const {
    return volumes_ / (id + ".raw");
  }
  std::filesystem::path snapshot_file(const std::string& id) const {
    return snapshots_ / (id + ".raw");
  }

  std::filesystem::path volumes_;
  std::filesystem::path snapshots_;
};

}  // namespace ec2spotter::sim
