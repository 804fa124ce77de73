// The steps of a move at EC2 that take place in the region that the root moves to.
#pragma once

#include "aws/ec2.hpp"
#include "model/decision.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// EC2 where the order sends that volume's content: `ec2` itself within its region.
Result<aws::Ec2*> ec2_at(const std::string& zone, const Volume& former, aws::Ec2& ec2);

// Copies the snapshot, unless a copy of it is there already; the id of the copy that it has begun,
// or empty. Errors: invalid when the machine's file does not know that region.
Result<SnapshotId> copy_abroad(const Machine& machine, const Volume& root,
                               const step::CopySnapshot& step, aws::Ec2& ec2);

// Deletes what an order that was stopped has left there. Errors: refused (rules S3, S4) for
// anything else.
Result<void> delete_abroad(const Machine& machine, const Volume& root,
                           const step::DeleteAbroad& step, aws::Ec2& ec2);

}  // namespace ec2spotter
