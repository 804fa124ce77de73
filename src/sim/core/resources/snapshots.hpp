// Snapshots as the simulator stores them; shared by CreateSnapshot, CreateImage and the seed file.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

struct SnapshotSpec {
  std::string id = {};  // empty: a new one
  std::string volume_id;
  long size_gib = 0;
  bool encrypted = false;
  std::string kms_key = {};  // the ARN, of an encrypted one
  std::string description = {};
  Json tags = Json::array();
};

// A pending snapshot as CreateSnapshot answers it; not yet in its table.
Json snapshot_json(World& world, const SnapshotSpec& spec);

// What becomes of a pending snapshot.
struct Outcome {
  Duration after{};             // in the realistic profile
  std::string fails_with = {};  // the message of a snapshot that ends in error; empty: it completes
};
// Puts it into its table, where its progress grows until then.
void keep_pending(World& world, const std::string& region, Json snapshot, const Outcome& outcome);
// How long EC2 takes to store that much.
Duration time_to_store(long mib);

// A volume that a snapshot is wanted of, and the snapshot's tags.
struct Wish {
  const Json* volume;
  Json tags;
};
// Snapshots of volumes, all of this moment and pending, in the order of the wishes. Errors: those
// of the bodies.
Result<std::vector<Json>> take_snapshots(World& world, const std::string& region,
                                         const std::vector<Wish>& wishes,
                                         const std::string& description);

}  // namespace ec2spotter::sim
