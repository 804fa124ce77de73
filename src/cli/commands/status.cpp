// `status`: shows where a machine is, with what its console says.
#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"

namespace ec2spotter::cli {

Result<void> status(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const Considered looked, look(open));
  MachineReport report = looked.report();
  if (!report.body.empty()) {
    // A console that cannot be read just now is not reported; a missing right to read it is.
    auto findings = examine(InstanceId(report.body), open.session->ec2());
    if (findings) {
      report.findings = std::move(*findings);
    } else if (findings.error().code == Errc::unauthorized) {
      report.findings.push_back(denied_console(findings.error()));
    }
  }
  print_report(report, common.output);
  return {};
}

}  // namespace ec2spotter::cli
