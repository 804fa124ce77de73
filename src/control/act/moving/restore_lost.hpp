// A machine whose root is lost, deleted or broken, gets a new one from what is left.
#pragma once

#include "aws/ec2.hpp"
#include "control/act/moving/claims.hpp"
#include "model/decision.hpp"

namespace ec2spotter {

// Makes a former root, or a new volume from a snapshot, the machine's root at once. May be
// repeated. Errors: refused (rule S2) when the machine has a root that can be used, or when another
// restore came first; those of usable_snapshot.
Result<void> restore_lost_root(const Machine& machine, const step::RestoreLostRoot& step,
                               aws::Ec2& ec2, Claims& claims, TimePoint now);

}  // namespace ec2spotter
