// What a drill has found, as text or as JSON with stable names. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/drill/comparing.hpp"
#include "cli/commands/drill/earlier.hpp"
#include "cli/commands/drill/outage.hpp"
#include "cli/commands/drill/phases.hpp"

namespace ec2spotter::cli {

struct DrillReport {
  std::string machine, kind, means;
  std::string former, present;  // instances; `present` is empty while there is none
  bool up = false;
  bool stays = false;        // on its instance, after a rebalance recommendation
  std::string down_because;  // it is not up
  Duration time{};           // from the interruption to the end of the drill
  std::vector<Phase> phases;
  std::optional<Gap> outage;      // nullopt: it has always answered, or was not asked
  std::string outage_unmeasured;  // why it was not asked
  std::vector<Comparison> compared;
  std::vector<Interruption> earlier;
  std::string earlier_unknown;  // why none is known
};

// One sentence for each promise that the drill has seen broken.
std::vector<std::string> broken_promises(const DrillReport& report);

nlohmann::json to_json(const DrillReport& report);

// Several lines, each with its line end.
std::string to_text(const DrillReport& report);

}  // namespace ec2spotter::cli
