// A machine with what was seen of it and what the plan makes of that; nothing is done.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/loop/drive.hpp"

namespace ec2spotter::cli {

struct Considered {
  Machine machine;
  Consideration consideration;

  const Observation& seen() const { return consideration.look.seen; }
  const Decision& decision() const { return consideration.look.decision; }
  MachineReport report() const {
    return make_report(machine, consideration.goal, seen(), decision());
  }
};

Result<Considered> look(OpenMachine& open, PoolsAsked pools = PoolsAsked::no);

// How long the way into the zone takes; nullopt: it is out of the question.
std::optional<std::int64_t> seconds_to(const ZoneSum& sum);

// All that `explain` tells, as JSON.
nlohmann::json explanation(const Considered& looked);

// The machine's root. Errors: not_found where none carries our tags: rule S4, nothing else is
// marked.
Result<const Volume*> own_root(const Machine& machine, const Observation& seen);

}  // namespace ec2spotter::cli
