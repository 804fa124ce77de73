#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/state_folder.hpp"
#include "control/journal.hpp"

namespace ec2spotter::cli {

Result<void> events(const Common& common, const EventsOptions& options) {
  const std::filesystem::path folder = state_folder(options.state);
  TRY(const auto found, Journal(folder).read(options.machine));
  for (const Event& event : found) {
    if (common.output == Output::json) {
      fmt::print("{}\n", to_json_line(event));
    } else {
      fmt::print("{}  {:<16} {}: {}\n", format_iso8601(event.time),
                 event.machine.empty() ? "-" : event.machine, event.reason, event.detail);
    }
  }
  return {};
}

}  // namespace ec2spotter::cli
