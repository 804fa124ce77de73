// `explain`: shows why a machine is where it is, the next steps, and why each pool is taken or not.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"

namespace ec2spotter::cli {
namespace {

// "starting (booting)", "up": where the machine is, and why.
std::string headline(Goal goal, const Decision& decision) {
  if (decision.progress == Decision::Progress::done) return std::string(to_string(goal));
  const bool runs =
      decision.reason == Reason::unhealthy || decision.reason == Reason::restarting ||
      decision.reason == Reason::preparing_hand_over || decision.reason == Reason::handing_over ||
      decision.reason == Reason::taking_snapshot || decision.reason == Reason::tidying_up;
  const bool stuck = decision.progress == Decision::Progress::stuck;
  const char* state = stuck                  ? "waiting for you"
                      : goal == Goal::paused ? "pausing"
                      : runs                 ? "running"
                                             : "starting";
  return fmt::format("{} ({})", state, to_string(decision.reason));
}

std::string line_of(const ZoneSum& sum) {
  const auto seconds = seconds_to(sum);
  return fmt::format("zone {}: {}{}{}", sum.zone, sum.taken ? "taken, " : "",
                     seconds ? fmt::format("about {} s, ", *seconds) : "", sum.why);
}

}  // namespace

Result<void> explain(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  TRY(const Considered looked, look(open, PoolsAsked::yes));
  if (common.output == Output::json) {
    print_json(explanation(looked));
    return {};
  }
  fmt::print("{}: {}\n  {}\n", looked.machine.name.str(),
             headline(looked.consideration.goal, looked.decision()), looked.decision().detail);
  for (const Step& step : looked.decision().steps) fmt::print("next: {}\n", describe(step));
  const MachineReport report = looked.report();
  if (!report.engine.empty()) {
    fmt::print("engine of the next instance: {} ({})\n", report.engine, report.engine_why);
  }
  for (const Candidate& candidate : looked.decision().candidates) {
    fmt::print("pool {}: {}{}\n", describe(candidate.pool), candidate.taken ? "taken, " : "",
               candidate.why);
  }
  for (const ZoneSum& sum : looked.decision().zones) fmt::print("{}\n", line_of(sum));
  return {};
}

}  // namespace ec2spotter::cli
