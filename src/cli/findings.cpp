#include "cli/findings.hpp"

#include <nlohmann/json.hpp>

#include "control/boot_report.hpp"

namespace ec2spotter::cli {

Result<std::vector<Finding>> examine(const InstanceId& body, aws::Ec2& ec2) {
  TRY(const auto console, ec2.console_output(body));
  std::vector<Finding> findings;
  if (auto files = read_pinned_network(console.text); !files.empty()) {
    findings.push_back({.check = "network",
                        .files = std::move(files),
                        .because = "the settings are for another MAC address, and each body has "
                                   "one of its own: it may come up without a network",
                        .cure = "set fix_network = true in the machine file and give it another "
                                "body, or take the address out of the file"});
  }
  return findings;
}

nlohmann::json to_json(const std::vector<Finding>& findings) {
  nlohmann::json all = nlohmann::json::array();
  for (const Finding& each : findings) {
    all.push_back({{"check", each.check},
                   {"files", each.files},
                   {"because", each.because},
                   {"cure", each.cure}});
  }
  return all;
}

}  // namespace ec2spotter::cli
