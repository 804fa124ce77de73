// Which pool the next body comes from, and why not from each other one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.hpp"
#include "model/observation.hpp"
#include "plan/decisions.hpp"

namespace ec2spotter {

// The pools that the machine may use in this zone: every type on the first market, then the next
// market. Types have the order of its list or, with requirements, the smallest come first. Empty if
// the types are not known.
std::vector<Pool> pools_of(const Machine& machine, const Observation& seen,
                           const std::string& zone);

// Why a machine has no pool in this zone: its types are not known, because only its tags are or EC2
// did not list the types yet; or no type meets its requirements.
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

enum class Markets { of_machine, spot };

// Pools keep the order of the machine's markets; within a market those that lately took a body
// from us, or whose body never came up, are last; the others have the order of machine.pool_order.
PoolChoice choose_pool(const Machine& machine, const std::string& zone, const Observation& seen,
                       const Memory& memory, TimePoint now, Markets markets = Markets::of_machine);

// Of two open pools, also of different zones: is the first one better for this machine? By its
// markets, what the pools did lately, and its pool_order.
bool is_better(const Pool& first, const Pool& second, const Machine& machine,
               const Observation& seen, const Memory& memory, TimePoint now);

}  // namespace ec2spotter
