// The safety rules of docs/PROMISES.md whose breaches the simulator sees: S1 and S2 in the
// resources, S4 in the calls that our programs make and in who holds a machine's data.
#pragma once

#include <string>
#include <vector>

#include "sim/core/call/call.hpp"

namespace ec2spotter::sim {

// The breaches as sentences: those of S1 and S2 that exist now, data of another machine's
// that an instance holds now, and all other breaches of S4 so far.
std::vector<std::string> violations(const World& world);

// Callers call this before an address leaves its holder, or goes to `taker`: an instance, or an
// interface without one; null: it becomes free. S4: both must belong to the machine that the
// address belongs to, or that takes it.
void judge_move(const Call& call, const Json& address, const Json* taker);

// Callers call this before a resource gets these tags, or loses them (all values empty). S4: a
// resource of another owner, and an address of another machine, keep theirs.
void judge_tags(const Call& call, const Json& resource,
                const std::vector<std::pair<std::string, std::string>>& tags);

}  // namespace ec2spotter::sim
