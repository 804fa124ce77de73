#include "plan/body/health.hpp"

#include "base/broken_rule.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

// No wait is needed here: EC2 itself waits before it reports a failed check.
std::optional<Ailment> failed_check(const Observation& seen, const Instance& body, TimePoint now) {
  const auto found = seen.checks.find(body.id);
  if (found == seen.checks.end() || !found->second.impaired()) return std::nullopt;
  const StatusChecks& checks = found->second;
  const std::string which = checks.system == "impaired" ? "system status check (its host)"
                            : checks.guest == "impaired"
                                ? "instance status check (its system or its network)"
                                : "check of its attached volumes";
  return Ailment{.what = "EC2's " + which + " fails", .since = checks.impaired_since.value_or(now)};
}

// A root that was up and gave a file system up, or whose console shows another system now. What the
// console shows at the first reading may have been so for any time.
std::optional<Ailment> left_root(const Machine& machine, const Memory& memory, const Volume& root,
                                 const Instance& body, TimePoint now) {
  const auto note = memory.consoles.find(body.id);
  if (note == memory.consoles.end()) return std::nullopt;
  if (!note->second.trouble.empty()) {
    return Ailment{.what = "the kernel says on the console: " + note->second.trouble,
                   .since = note->second.changed_at.value_or(now - kAilingFor)};
  }
  const BootReport& report = note->second.report;
  const bool root_failed = report.stage == "root" && report.failed();
  if (!reports_root_up(machine, root, body) || !(report.in_preboot() || root_failed))
    return std::nullopt;
  const std::string said = report.stage + " " + report.result +
                           (report.reason.empty() ? std::string() : " (" + report.reason + ")");
  const std::string what = report.stage == "root"
                               ? "the console shows that its root failed: " + said
                               : "the instance runs the preboot system, not its root: " + said;
  return Ailment{.what = what, .since = note->second.changed_at.value_or(now - kAilingFor)};
}

std::optional<Ailment> silent_service(const Memory& memory, const Instance& body) {
  const auto note = memory.probes.find(body.id);
  if (note == memory.probes.end()) return std::nullopt;
  if (note->second.silent_since) {
    return Ailment{.what = "its SSH server does not answer any more",
                   .since = *note->second.silent_since};
  }
  if (note->second.other_key_since) {
    return Ailment{.what = "an SSH server with another host key answers",
                   .since = *note->second.other_key_since,
                   .sure = false};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Ailment> ailment_of(const Machine& machine, const Observation& seen,
                                  const Memory& memory, const Volume& root, const Instance& body,
                                  TimePoint now) {
  if (lacks(Cure::health)) return std::nullopt;
  if (auto ailment = failed_check(seen, body, now)) return ailment;
  for (auto& ailment :
       {left_root(machine, memory, root, body, now), silent_service(memory, body)}) {
    if (ailment && now - ailment->since >= kAilingFor) return ailment;
  }
  return std::nullopt;
}

}  // namespace ec2spotter
