// `doctor`: looks at each precondition of a machine, or of the account alone, and names a cure for
// each that is not met.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/findings.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "cli/state_folder.hpp"
#include "control/checks/preconditions.hpp"
#include "control/loop/drive.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/choice/engine_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

using Findings = std::vector<Finding>;

// AWS refuses requests that are signed five minutes off; ours are signed with AWS's time, but
// those of the user's other tools are not. Source: AWS General Reference, "Signature Version 4".
constexpr Duration kClockOffsetMost = std::chrono::minutes(1);

void print(const Findings& findings) {
  for (const Finding& each : findings) {
    const auto line = [&](const std::string& text) {
      fmt::print("{:<8} {:<14} {}\n", to_string(each.severity), each.check, text);
    };
    if (each.files.empty()) line(each.because);
    for (const std::string& file : each.files) line(file + ": " + each.because);
    if (!each.cure.empty()) fmt::print("{:<8} {:<14} do: {}\n", "", "", each.cure);
  }
}

Finding check_clock(const aws::Ec2Client& ec2) {
  const Duration offset = ec2.clock().now() - SystemClock().now();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(offset).count();
  if (std::chrono::abs(offset) <= kClockOffsetMost) {
    return ok("clock", "this host's clock is AWS's within a minute");
  }
  return warning("clock",
                 fmt::format("this host's clock is {} seconds {} AWS's", std::abs(seconds),
                             seconds > 0 ? "behind" : "ahead of"),
                 "timedatectl set-ntp true");
}

Finding check_watch(const std::string& state) {
  const auto folder = state_folder(state);
  if (is_watched(folder))
    return ok("watch", "a watch runs with the state folder " + folder.string());
  return warning("watch",
                 "no watch runs on this host with the state folder " + folder.string() +
                     ": unless one runs elsewhere, nothing brings the machine back",
                 "ec2spotter watch FOLDER, where FOLDER has the machine files");
}

// What the console of the machine's instance shows.
Findings check_console(const InstanceId& instance, aws::Ec2& ec2) {
  auto found = examine(instance, ec2);
  if (!found && found.error().code == Errc::unauthorized) return {denied_console(found.error())};
  if (!found) return {not_seen("console", found.error())};
  if (!found->empty()) return std::move(*found);
  return {ok("console",
             "the boot program has named nothing that may keep the root from coming "
             "back")};
}

Findings check_plan(const Look& look) {
  if (auto found = obstacle(look.decision)) return {std::move(*found)};
  return {ok("plan", look.decision.detail)};
}

Findings check_pools(const Machine& machine, const Observation& seen, aws::Ec2& ec2) {
  Findings findings;
  for (const PoolRefusal& refusal : refused_pools(machine, seen, ec2)) {
    findings.push_back(refused_pool(refusal));
  }
  return findings;
}

struct Patient {
  Session& session;
  aws::Account& account;
  const Machine& machine;
  bool has_file = false;
  std::string state;
};

Findings check_machine(const Patient& patient, const Look& look) {
  const Machine& machine = patient.machine;
  aws::Ec2& ec2 = patient.session.ec2();
  const CheckSubject subject{.machine = machine,
                             .seen = look.seen,
                             .root = choose_root(machine, look.seen, TimePoint{}).volume,
                             .instance = choose_body(machine, look.seen),
                             .ec2 = ec2,
                             .account = patient.account,
                             .now = patient.session.client().clock().now()};
  const bool unattended = subject.root != nullptr && is_unattended(machine, *subject.root);
  Findings findings = check_service_roles(patient.account, unattended);
  if (patient.has_file) {
    append(check_launch_needs(subject), findings);
    append(check_pools(machine, look.seen, ec2), findings);
  }
  append(check_rights(subject), findings);
  append(check_encryption(subject), findings);
  if (subject.root != nullptr) {
    const EngineChoice choice = choose_engine(machine, *subject.root, look.seen);
    findings.push_back(ok("engine", fmt::format("{}, for the next instance: {}",
                                                to_string(choice.engine), choice.why)));
  }
  if (subject.instance != nullptr) append(check_console(subject.instance->id, ec2), findings);
  if (!unattended) findings.push_back(check_watch(patient.state));
  append(check_plan(look), findings);
  return findings;
}

void report(const Findings& findings, const std::string& machine, Output output) {
  if (output == Output::text) return print(findings);
  nlohmann::json document{{"checks", to_json(findings)}};
  document["machine"] = machine;
  print_json(document);
}

Result<void> verdict(const Findings& findings, const std::string& machine) {
  if (!has_problem(findings)) return {};
  return fail(Errc::wrong_state,
              machine.empty() ? std::string("something may keep machines of "
                                            "this account from coming back")
                              : "something may keep machine '" + machine + "' from coming back");
}

// Who the caller is. Without that nothing else can be looked at: then the findings are shown.
Result<Findings> check_caller(Session& session, const std::string& machine, Output output) {
  auto caller = session.ec2().caller_identity();
  if (caller) {
    return Findings{ok("credentials", "account " + caller->account + " as " + caller->arn),
                    check_clock(session.client()), ok("region", session.client().region())};
  }
  if (caller.error().code == Errc::unauthorized) {
    report({problem("credentials", caller.error().describe(),
                    "set credentials as for the AWS CLI, and see that `aws sts "
                    "get-caller-identity` shows the account")},
           machine, output);
  }
  return fail(std::move(caller).error());
}

Result<void> examine_account(const Common& common) {
  TRY(auto session, Session::open(common, {}));
  TRY(Findings findings, check_caller(*session, {}, common.output));
  TRY(const auto account, session->client().account());
  append(check_service_roles(*account, false), findings);
  report(findings, {}, common.output);
  return verdict(findings, {});
}

}  // namespace

Result<void> doctor(const Common& common, const Doctor& options) {
  if (options.machine.empty()) return examine_account(common);
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  const std::string& name = machine.name.str();
  TRY(Findings findings, check_caller(*open.session, name, common.output));
  TRY(const auto account, open.session->client().account());
  TRY(const auto considered, consider(machine, open.session->controls()));
  append(check_machine({.session = *open.session,
                        .account = *account,
                        .machine = machine,
                        .has_file = open.found.from_file,
                        .state = options.state},
                       considered.look),
         findings);
  report(findings, name, common.output);
  return verdict(findings, name);
}

}  // namespace ec2spotter::cli
