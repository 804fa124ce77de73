// Which pool the next body comes from, and why each other one does not give it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.hpp"
#include "model/observation.hpp"
#include "plan/decisions.hpp"

namespace ec2spotter {

// The pools that the machine may use in this zone: every type on the first market, then the next
// market. Types stand as in its list, or, of a machine with requirements, the smallest first; of
// one whose types are not known there are none.
std::vector<Pool> pools_of(const Machine& machine, const Observation& seen,
                           const std::string& zone);

// What keeps a machine from having any pool in this zone: its types are not known, as only its tags
// are or EC2 has not said which meet its requirements; or none does.
std::optional<Decision> check_types(const Machine& machine, const Observation& seen,
                                    const std::string& zone, const Decisions& decide);

struct PoolChoice {
  std::optional<Pool> taken;
  std::vector<Candidate> candidates;     // in the order of preference
  TimePoint reopen;                      // when none is taken: when one may open
  bool only_spot_is_waited_for = false;  // on-demand would be open, but is not due yet
  bool only_quota = false;               // every closed pool is closed by an account limit
  std::optional<Errc> only_refused;      // every pool is refused for no lack of room: the first's
};

enum class Markets { wished, spot };

// Pools keep the order of the machine's markets; within a market those that lately took a body
// from us, or whose body never came up, are last, and the rest stands as machine.pool_order says.
PoolChoice choose_pool(const Machine& machine, const std::string& zone, const Observation& seen,
                       const Memory& memory, TimePoint now, Markets markets = Markets::wished);

}  // namespace ec2spotter
