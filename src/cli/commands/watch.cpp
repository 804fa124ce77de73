// `watch`: follows machine files and keeps their machines up, with one thread for each region.
#include <map>
#include <mutex>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/state_folder.hpp"
#include "cli/watching/event_listener.hpp"
#include "cli/watching/region_watch.hpp"
#include "cli/watching/watch_log.hpp"
#include "control/files/machine_folder.hpp"
#include "control/loop/journal.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

// How soon a changed machine file is heard of.
constexpr Duration kReloadAfter = 5s;

// All watches of one process.
class Watches {
 public:
  Watches(const Common& common, WatchLog& log) : common_(common), log_(log) {}

  void set_machines(const std::vector<Machine>& machines) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::vector<Machine>> groups;
    for (const auto& [region, watch] : regions_) groups[region];
    for (const Machine& machine : machines) {
      for (Machine& one : in_all_regions(with_owner(common_, machine))) {
        groups[one.region].push_back(std::move(one));
      }
    }
    for (auto& [region, group] : groups) {
      const auto [watch, fresh] = regions_.try_emplace(region, common_, region, log_);
      watch->second.set_machines(std::move(group));
    }
  }

  // From any thread.
  void on_spot_event(const SpotEvent& event) {
    const std::lock_guard lock(mutex_);
    for (auto& [region, watch] : regions_) watch.on_spot_event(event);
  }

 private:
  const Common& common_;
  WatchLog& log_;
  std::mutex mutex_;
  std::map<std::string, RegionWatch> regions_;
};

}  // namespace

Result<void> watch(const Common& common, const WatchOptions& options) {
  const std::filesystem::path folder = state_folder(options.state);
  TRY(const FolderLock lock, FolderLock::take(folder));
  const SystemClock clock;
  // Made before the threads, so that they do not receive signals.
  SignalWaiter waiter;
  WatchLog log(clock, Journal(folder), common.quiet);
  MachineFolder files(options.paths.empty() ? std::vector<std::string>{common.machines}
                                            : options.paths);
  Watches watches(common, log);
  std::optional<EventListener> listener;
  std::vector<Machine> known;
  bool first = true;
  do {
    for (const std::string& problem : files.reload()) log.say(problem);
    if (first || known != files.machines()) {
      known = files.machines();
      log.say("watching " + std::to_string(known.size()) + " machines");
      watches.set_machines(known);
      first = false;
    }
    if (!listener && !options.events.empty() && !known.empty()) {
      listener.emplace(common, options.events, known.front().region, log,
                       [&watches](const SpotEvent& event) { watches.on_spot_event(event); });
    }
  } while (waiter.wait(kReloadAfter));
  log.say("the watch was ended by a signal; the machines stay as they are");
  return {};
}

}  // namespace ec2spotter::cli
