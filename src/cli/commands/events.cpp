// `events`: prints the journal that watches keep.
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/state_folder.hpp"
#include "control/loop/journal.hpp"

namespace ec2spotter::cli {

Result<void> events(const Common& common, const EventsOptions& options) {
  const std::filesystem::path folder = state_folder(options.state);
  TRY(const auto found, Journal(folder).read(options.machine));
  for (const Event& event : found) {
    fmt::print("{}\n", common.output == Output::json ? to_json_line(event) : to_text_line(event));
  }
  return {};
}

}  // namespace ec2spotter::cli
