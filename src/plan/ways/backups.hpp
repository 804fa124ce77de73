// Snapshots that are kept as the machine's file says.
#pragma once

#include <optional>
#include <vector>

#include "plan/situation.hpp"

namespace ec2spotter {

// The machine's backups, the newest first.
std::vector<const Snapshot*> backups_of(const Observation& seen);

// Takes the one that is due, or deletes one that the file does not keep any more; the newest
// completed one always stays (rule S3). Nullopt: there is nothing to do.
std::optional<Decision> keep_backups(const Situation& s, const Root& root);

}  // namespace ec2spotter
