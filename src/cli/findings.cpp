#include "cli/findings.hpp"

#include <nlohmann/json.hpp>

#include "control/observe/boot_report.hpp"

namespace ec2spotter::cli {

Result<std::vector<Finding>> examine(const InstanceId& body, aws::Ec2& ec2) {
  TRY(const auto console, ec2.console_output(body));
  std::vector<Finding> findings{
      {.check = "network",
       .files = read_pinned_network(console.text),
       .because = "the settings are for another MAC address, and each body has "
                  "one of its own: it may come up without a network",
       .cure = "set fix_network = true in the machine file and give it another "
               "body, or take the address out of the file"},
      {.check = "network",
       .files = read_unmatched_network(console.text),
       .because = "the settings are for a name of the interface that this type of "
                  "instance does not have: it may come up without a network",
       .cure = "make them hold for any name (netplan and systemd-networkd: en*), "
               "or start the kernel with net.ifnames=0 and name it eth0"},
      {.check = "preboot_disk",
       .files = read_foreign_parts(console.text),
       .because = "that is mounted from the preboot disk, which has the same name: "
                  "what is written there is gone with the body",
       .cure = "unmount it, give the volume's file system a label or UUID of its "
               "own, and write that into its fstab"}};
  std::erase_if(findings, [](const Finding& finding) { return finding.files.empty(); });
  return findings;
}

Finding denied_console(const Error& error) {
  return {.check = "console",
          .files = {},
          .because = "the console cannot be read: " + error.describe(),
          .cure = "allow ec2:GetConsoleOutput"};
}

std::optional<Finding> obstacle(const Decision& decision) {
  if (decision.progress != Decision::Progress::stuck) return std::nullopt;
  return Finding{.check = std::string(to_string(decision.reason)),
                 .files = {},
                 .because = decision.detail,
                 .cure = "nothing goes on by itself before that is mended"};
}

Finding refused_pool(const PoolRefusal& refusal) {
  return {.check = "pool",
          .files = {},
          .because = "EC2 refuses " + describe(refusal.pool) + ": " + refusal.error.describe(),
          .cure = "take it out of the machine file, or mend what EC2 says"};
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
