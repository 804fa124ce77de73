// A machine with what was seen of it and what the plan makes of that; nothing is done.
#pragma once

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

// The machine's root. Errors: not_found where none carries our tags: rule S4, nothing else is
// marked.
Result<const Volume*> own_root(const Machine& machine, const Observation& seen);

}  // namespace ec2spotter::cli
