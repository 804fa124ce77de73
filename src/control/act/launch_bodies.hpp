// Launching bodies: one RunInstances call for one machine, or for a batch of them.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "aws/ec2.hpp"
#include "base/clock.hpp"
#include "control/act/launch_batch.hpp"

namespace ec2spotter {

// Does this error say that the pool has no room for us, or that EC2 refuses us this pool while
// another one may do (aws::concerns_pool)? Then it is noted as closed for a while, with its reason.
bool close_pool(Memory& memory, const Pool& pool, const Error& error, TimePoint now);

// Launches a body for each order of a batch (a group of group_launches, or a single order), and
// notes in each one's memory what came of it: its body, that the pool is closed, or that its client
// token is spent. Returns the indexes in `batch` of those for whose bodies EC2 had no room, and
// which go out again: EC2 launches as many as it can. Errors: EC2's, for the whole batch; after
// Errc::transport the effect is unknown, and the next turn looks first.
Result<std::set<std::size_t>> launch_bodies(const std::vector<LaunchOrder>& batch, aws::Ec2& ec2,
                                            TimePoint now);

}  // namespace ec2spotter
