// Which of a machine's pools EC2 would refuse to launch from, without launching anything.
#pragma once

#include <vector>

#include "aws/ec2.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

struct PoolRefusal {
  Pool pool;
  Error error;  // EC2's
};

// Asks by dry runs of the launch, for at most kPoolsAsked pools in the order of the file, as EC2
// takes few such calls. A lack of capacity does not show. What is wrong with every launch (an image
// that is gone) is reported for the first pool alone. Errors that say nothing about a launch end
// the asking.
inline constexpr std::size_t kPoolsAsked = 10;
std::vector<PoolRefusal> refused_pools(const Machine& machine, const Observation& seen,
                                       aws::Ec2& ec2);

// Asks in the same way for the pools of one zone, for a machine that is not there yet, until EC2
// would launch from one of them. Errors: EC2's, about the first pool, when it refuses all of them.
Result<void> check_can_launch(const Machine& machine, const VolumeId& root, const std::string& zone,
                              aws::Ec2& ec2);

// Can each of the machine's types run it in this zone, by EC2's list of what the zone offers and by
// dry runs with the machine's image? Of a type, one market is enough. Errors: invalid, naming the
// first type that cannot; EC2's.
Result<void> check_types_fit(const Machine& machine, const VolumeId& root, const std::string& zone,
                             aws::Ec2& ec2);

}  // namespace ec2spotter
