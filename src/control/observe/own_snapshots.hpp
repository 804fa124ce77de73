// The snapshots of one machine's roots, whoever took them.
#pragma once

#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// Those that carry the machine's tags, as its backups do, also when their volume is gone; and those
// of `volumes`, which a person or another tool may have taken. Of the account's own alone.
Result<std::vector<Snapshot>> own_snapshots(const Machine& machine,
                                            const std::vector<Volume>& volumes, aws::Ec2& ec2);

}  // namespace ec2spotter
