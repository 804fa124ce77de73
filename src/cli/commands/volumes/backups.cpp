// `backups`: lists what a machine can be restored from.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/volumes/ordering.hpp"

namespace ec2spotter::cli {
namespace {

nlohmann::json to_json(const std::vector<RestorePoint>& points) {
  nlohmann::json document = nlohmann::json::array();
  for (const RestorePoint& point : points) {
    document.push_back({{"id", point.id()},
                        {"kind", to_string(point.kind)},
                        {"time", format_iso8601(point.time)},
                        {"volume", point.volume.str()},
                        {"size_gib", point.size_gib},
                        {"trouble", point.trouble}});
  }
  return document;
}

void print_points(const std::vector<RestorePoint>& points) {
  constexpr const char* kForm = "{:<22} {:<12} {:<21} {:<22} {:>8} {}\n";
  fmt::print(kForm, "ID", "KIND", "TIME", "VOLUME", "SIZE", "NOTE");
  for (const RestorePoint& point : points) {
    fmt::print(kForm, point.id(), to_string(point.kind), format_iso8601(point.time),
               point.volume.str(), fmt::format("{} GiB", point.size_gib), point.trouble);
  }
}

}  // namespace

Result<void> backups(const Common& common, const OnMachine& options) {
  TRY(const OpenMachine open, open_machine(common, options.machine));
  TRY(const Restorable found, look_back(open));
  if (common.output == Output::json) {
    print_json(to_json(found.points));
  } else {
    print_points(found.points);
  }
  return {};
}

}  // namespace ec2spotter::cli
