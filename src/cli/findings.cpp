#include "cli/findings.hpp"

#include <nlohmann/json.hpp>

#include "control/observe/boot_report.hpp"

namespace ec2spotter::cli {

Result<std::vector<Finding>> examine(const InstanceId& body, aws::Ec2& ec2) {
  TRY(const auto console, ec2.console_output(body));
  std::vector<Finding> findings{
      {.check = "network",
       .files = read_pinned_network(console.text),
       .because = "this file is for another MAC address, and each instance has its own "
                  "MAC address: the machine may come up without a network",
       .cure = "set fix_network = true in the machine file, then `pause` and `resume`; "
               "or remove the MAC address from the file"},
      {.check = "network",
       .files = read_unmatched_network(console.text),
       .because = "this file is for an interface name that this instance type does not have: "
                  "the machine may come up without a network",
       .cure = "make the file match any name (netplan and systemd-networkd: en*), "
               "or use the name eth0 and start the kernel with net.ifnames=0"},
      {.check = "preboot_disk",
       .files = read_foreign_parts(console.text),
       .because = "this is mounted from the preboot disk, whose file system has the same name: "
                  "what you write there is lost with the instance",
       .cure = "unmount it, give the volume's file system a label or UUID that no other has, "
               "and write it into the volume's fstab"}};
  std::erase_if(findings, [](const Finding& finding) { return finding.files.empty(); });
  return findings;
}

Finding denied_console(const Error& error) {
  return problem("console", "the console cannot be read: " + error.describe(),
                 "allow ec2:GetConsoleOutput");
}

std::optional<Finding> obstacle(const Decision& decision) {
  if (decision.progress != Decision::Progress::stuck) return std::nullopt;
  return problem(std::string(to_string(decision.reason)), decision.detail,
                 "the machine waits until you correct this");
}

Finding refused_pool(const PoolRefusal& refusal) {
  return problem("pool", "EC2 refuses " + describe(refusal.pool) + ": " + refusal.error.describe(),
                 "remove the type from the machine file, or correct what EC2 says");
}

nlohmann::json to_json(const std::vector<Finding>& findings) {
  nlohmann::json all = nlohmann::json::array();
  for (const Finding& each : findings) {
    all.push_back({{"check", each.check},
                   {"severity", std::string(to_string(each.severity))},
                   {"files", each.files},
                   {"because", each.because},
                   {"cure", each.cure}});
  }
  return all;
}

}  // namespace ec2spotter::cli
