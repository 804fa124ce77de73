// `doctor`: looks for what may keep a machine from coming back, and names a cure for each finding.
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/findings.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/loop/drive.hpp"
#include "plan/choice/body_choice.hpp"

namespace ec2spotter::cli {
namespace {

void print(const std::string& machine, const std::vector<Finding>& findings) {
  if (findings.empty()) fmt::print("{}: nothing found\n", machine);
  for (const Finding& finding : findings) {
    if (finding.files.empty()) fmt::print("{}: {}\n", machine, finding.check);
    for (const std::string& file : finding.files) {
      fmt::print("{}: {}: {}\n", machine, finding.check, file);
    }
    fmt::print("  {}\n  {}\n", finding.because, finding.cure);
  }
}

// Adds what the console of the machine's instance shows.
Result<void> add_of_console(const InstanceId& body, aws::Ec2& ec2, std::vector<Finding>& findings) {
  auto found = examine(body, ec2);
  if (!found && found.error().code == Errc::unauthorized) {
    findings.push_back(denied_console(found.error()));
    return {};
  }
  if (!found) return fail(std::move(found).error());
  std::move(found->begin(), found->end(), std::back_inserter(findings));
  return {};
}

Result<std::vector<Finding>> look_for_all(OpenMachine& open, const Look& look) {
  const Machine& machine = open.found.machine;
  std::vector<Finding> findings;
  if (auto found = obstacle(look.decision)) findings.push_back(std::move(*found));
  for (const PoolRefusal& refusal : refused_pools(machine, look.seen, open.session->ec2())) {
    findings.push_back(refused_pool(refusal));
  }
  const Instance* body = choose_body(machine, look.seen);
  if (body != nullptr) {
    TRY_VOID(add_of_console(body->id, open.session->ec2(), findings));
  } else if (findings.empty()) {
    return fail(Errc::not_found, "machine '" + machine.name.str() +
                                     "' has no instance, so there is no console to read; run "
                                     "`resume` to start one");
  }
  return findings;
}

}  // namespace

Result<void> doctor(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const auto considered, consider(open.found.machine, open.session->controls()));
  const std::string& machine = open.found.machine.name.str();
  TRY(const auto findings, look_for_all(open, considered.look));
  if (common.output == Output::json) {
    print_json({{"machine", machine}, {"findings", to_json(findings)}});
  } else {
    print(machine, findings);
  }
  if (findings.empty()) return {};
  return fail(Errc::wrong_state, "something may keep machine '" + machine + "' from coming back");
}

}  // namespace ec2spotter::cli
