// How a drill interrupts an instance.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "control/surroundings.hpp"
#include "model/observation.hpp"

namespace ec2spotter::cli {

struct Way {
  std::string control;  // the call to the local EC2; empty: TerminateInstances
  std::string phase;    // what has happened then, as in the JSON: "notice_sent"
  std::string means;    // a sentence for people
  std::string warning;  // what it does to the machine
};

// Errors: invalid where EC2 has no such interruption for this instance.
Result<Way> choose_way(DrillKind kind, const Instance& body, bool at_local_ec2);

// `seen` has just been seen. Errors: those of the executor, which keeps the rules S3, S4 and S7;
// those of call_local_ec2.
Result<void> interrupt(const Way& way, const std::string& local_ec2, const Machine& machine,
                       const Instance& body, const Observation& seen, const Controls& controls);

std::string_view to_string(DrillKind kind);

}  // namespace ec2spotter::cli
