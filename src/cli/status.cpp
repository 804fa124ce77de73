#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/observe.hpp"
#include "plan/plan.hpp"

namespace ec2spotter::cli {
namespace {

struct Look {
  Machine machine;
  Observation seen;
  Decision decision;
  Goal goal = Goal::up;
};

// One look at the machine, without acting.
Result<Look> look(const Common& common, const OnMachine& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  Look looked;
  looked.machine = std::move(open.found.machine);
  Memory memory;
  TRY(looked.seen, observe(looked.machine, open.session->ec2(), open.session->prober(), memory));
  looked.goal = recorded_goal(looked.seen);
  looked.decision = plan(looked.machine, looked.goal, looked.seen, memory, open.session->now());
  return looked;
}

nlohmann::json explanation(const Look& looked) {
  nlohmann::json document =
      to_json(make_report(looked.machine, looked.goal, looked.seen, looked.decision));
  document["next"] = nlohmann::json::array();
  for (const Step& step : looked.decision.steps) document["next"].push_back(describe(step));
  document["candidates"] = nlohmann::json::array();
  for (const Candidate& candidate : looked.decision.candidates) {
    document["candidates"].push_back(
        {{"pool", describe(candidate.pool)}, {"taken", candidate.taken}, {"why", candidate.why}});
  }
  return document;
}

}  // namespace

Result<void> status(const Common& common, const OnMachine& options) {
  TRY(const Look looked, look(common, options));
  print_report(make_report(looked.machine, looked.goal, looked.seen, looked.decision),
               common.output);
  return {};
}

Result<void> explain(const Common& common, const OnMachine& options) {
  TRY(const Look looked, look(common, options));
  if (common.output == Output::json) {
    print_json(explanation(looked));
    return {};
  }
  fmt::print("{} is to be {}: {}\n  {}\n", looked.machine.name.str(), to_string(looked.goal),
             to_string(looked.decision.reason), looked.decision.detail);
  for (const Step& step : looked.decision.steps) fmt::print("next: {}\n", describe(step));
  for (const Candidate& candidate : looked.decision.candidates) {
    fmt::print("pool {}: {}{}\n", describe(candidate.pool), candidate.taken ? "taken, " : "",
               candidate.why);
  }
  return {};
}

}  // namespace ec2spotter::cli
