// The safety rules of docs/PROMISES.md that the world itself can see broken: S1 and S2 in what
// there is, S4 in the calls that our programs make.
#pragma once

#include <string>
#include <vector>

#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {

// The breaches so far, as sentences: those of S1 and S2 that hold now, and all that were of S4.
std::vector<std::string> violations(const World& world);

// To be told before an address leaves its holder, or is given to `taker`: an instance, or an
// interface without one; null: it becomes free. S4: both must be of the machine that the address is
// of, or that takes it.
void judge_move(const Call& call, const Json& address, const Json* taker);

// To be told before a resource gets these tags, or loses them (all values empty). S4: what is of
// another owner, and an address that is of another machine, stays so.
void judge_tags(const Call& call, const Json& resource,
                const std::vector<std::pair<std::string, std::string>>& tags);

}  // namespace ec2spotter::sim
