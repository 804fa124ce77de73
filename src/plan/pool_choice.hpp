// Which pool the next body comes from, and why each other one does not give it.
#pragma once

#include <optional>
#include <vector>

#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

struct PoolChoice {
  std::optional<Pool> taken;
  std::vector<Candidate> candidates;     // in the order of preference
  TimePoint reopen;                      // when none is taken: when one may open
  bool only_spot_is_waited_for = false;  // on-demand would be open, but is not due yet
  bool only_quota = false;               // every closed pool is closed by an account limit
};

enum class Markets { wished, spot };

// Pools keep the order of the machine's markets; within a market those that lately took a body
// from us, or whose body never came up, are last, and the rest stands as machine.pool_order says.
PoolChoice choose_pool(const Machine& machine, const std::string& zone, const Observation& seen,
                       const Memory& memory, TimePoint now, Markets markets = Markets::wished);

}  // namespace ec2spotter
