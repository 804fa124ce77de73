// `wait`: looks at a machine until it is where it is wanted, and does nothing about it.
#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "model/reason.hpp"
#include "plan/limits.hpp"

namespace ec2spotter::cli {
namespace {

bool is_there(const Considered& considered, Goal until) {
  const bool meant = considered.consideration.goal == until;
  return meant && considered.decision().progress == Decision::Progress::done;
}

Error late(const Considered& last, Goal until) {
  return {.code = Errc::timeout,
          .message = "machine '" + last.machine.name.str() + "' is not " +
                     std::string(to_string(until)) +
                     " yet: " + std::string(to_string(last.decision().reason)) + ": " +
                     last.decision().detail + "; see `explain`"};
}

}  // namespace

Result<void> wait(const Common& common, const WaitOptions& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Controls controls = open.session->controls();
  const Duration deadline = controls.clock.running() + options.timeout;
  while (true) {
    TRY(const Considered considered, look(open));
    if (is_there(considered, options.until)) {
      print_report(considered.report(), common.output);
      return {};
    }
    if (controls.clock.running() >= deadline) return fail(late(considered, options.until));
    if (!controls.waiter.wait(kPollConsole)) return fail(Errc::interrupted, "interrupted");
  }
}

}  // namespace ec2spotter::cli
