#include "cli/commands/considered.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {

std::optional<std::int64_t> seconds_to(const ZoneSum& sum) {
  if (sum.time == Duration::max()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(sum.time).count();
}

nlohmann::json explanation(const Considered& looked) {
  nlohmann::json document = to_json(looked.report());
  document["next"] = nlohmann::json::array();
  for (const Step& step : looked.decision().steps) document["next"].push_back(describe(step));
  document["candidates"] = nlohmann::json::array();
  for (const Candidate& candidate : looked.decision().candidates) {
    document["candidates"].push_back(
        {{"pool", describe(candidate.pool)}, {"taken", candidate.taken}, {"why", candidate.why}});
  }
  document["zones"] = nlohmann::json::array();
  for (const ZoneSum& sum : looked.decision().zones) {
    const auto seconds = seconds_to(sum);
    document["zones"].push_back({{"zone", sum.zone},
                                 {"seconds", seconds ? nlohmann::json(*seconds) : nullptr},
                                 {"taken", sum.taken},
                                 {"why", sum.why}});
  }
  return document;
}

Result<Considered> look(OpenMachine& open, PoolsAsked pools) {
  TRY(auto consideration, consider(open.found.machine, open.session->controls(), pools));
  return Considered{.machine = open.found.machine, .consideration = std::move(consideration)};
}

Result<const Volume*> own_root(const Machine& machine, const Observation& seen) {
  const Volume* root = choose_root(machine, seen, TimePoint{}).volume;
  if (root != nullptr && carries_tags_of(*root, machine)) return root;
  return fail(Errc::not_found, "machine '" + machine.name.str() +
                                   "' has no root volume with our tags yet; launch it first");
}

}  // namespace ec2spotter::cli
