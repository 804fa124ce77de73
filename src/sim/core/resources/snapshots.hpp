// Snapshots as the simulator stores them; shared by CreateSnapshot, CreateImage and the seed file.
#pragma once

#include <string>

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
// Puts it into its table, where it completes in its time.
void keep_pending(World& world, const std::string& region, Json snapshot);

}  // namespace ec2spotter::sim
