// How a machine's state is shown: the same facts as text or as JSON with stable field names.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/findings.hpp"
#include "cli/options.hpp"
#include "model/decision.hpp"
#include "model/observation.hpp"

namespace ec2spotter::cli {

// A disk beside the root, as the file wants it.
struct DataReport {
  std::string volume;  // its id, or what the file says while it is not certain
  std::string device, instance, trouble;
};

struct MachineReport {
  std::string name, owner, goal, reason, detail, volume, zone, body, body_state, type, market,
      address, private_address, boot_stage, boot_result, fleet;
  std::string engine, engine_why;  // of the next instance; empty: the root is not known
  std::vector<DataReport> data{};
  std::vector<Finding> findings{};  // of `examine`; filled by the caller
};

MachineReport make_report(const Machine& machine, Goal goal, const Observation& seen,
                          const Decision& decision);

// Prints on stdout.
void print_report(const MachineReport& report, Output output);
void print_json(const nlohmann::json& document);
nlohmann::json to_json(const MachineReport& report);

}  // namespace ec2spotter::cli
