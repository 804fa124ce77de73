// The snapshots of machines' roots.
#pragma once

#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// Does a look at the machine need those that we have taken? It has backups, may move, moves, or has
// moved and not tidied up yet.
bool needs_snapshots(const Machine& machine, const std::vector<Volume>& roots);

// Those that we have taken, of the machines with these names.
Result<std::vector<Snapshot>> find_snapshots(aws::Ec2& ec2, const OwnerId& owner,
                                             const std::vector<std::string>& machines);

// Of one machine, whoever took them: those that carry the machine's tags, as its backups do, also
// when their volume is gone; and those of `volumes`, which a person or another tool may have taken.
// Of the account's own alone.
Result<std::vector<Snapshot>> own_snapshots(const Machine& machine,
                                            const std::vector<Volume>& volumes, aws::Ec2& ec2);

}  // namespace ec2spotter
