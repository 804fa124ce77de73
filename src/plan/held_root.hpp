// One of ours holds the root: what brings the machine up, and keeps it so.
#pragma once

#include "plan/situation.hpp"

namespace ec2spotter {

// `root.holder` is not null and not about to be lost.
Decision see_through(const Situation& s, const Root& root);

}  // namespace ec2spotter
