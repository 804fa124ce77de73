#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/findings.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/drive.hpp"

namespace ec2spotter::cli {
namespace {

void print(const std::string& machine, const std::vector<Finding>& findings) {
  if (findings.empty()) fmt::print("{}: nothing found\n", machine);
  for (const Finding& finding : findings) {
    for (const std::string& file : finding.files) {
      fmt::print("{}: {}: {}\n", machine, finding.check, file);
    }
    fmt::print("  {}\n  {}\n", finding.because, finding.cure);
  }
}

}  // namespace

Result<void> doctor(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const auto considered, consider(open.found.machine, open.session->controls()));
  const std::string& machine = open.found.machine.name.str();
  const Instance* body = main_body(considered.look.seen);
  if (body == nullptr) {
    return fail(Errc::not_found, "machine '" + machine +
                                     "' has no body whose console could tell; bring it up with "
                                     "`resume`");
  }
  TRY(const auto findings, examine(body->id, open.session->ec2()));
  if (common.output == Output::json) {
    print_json({{"machine", machine}, {"findings", to_json(findings)}});
  } else {
    print(machine, findings);
  }
  if (findings.empty()) return {};
  return fail(Errc::wrong_state, "something may keep machine '" + machine + "' from coming back");
}

}  // namespace ec2spotter::cli
