// `watch`: follows machine files and keeps their machines up, with one thread for each region.
#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/state_folder.hpp"
#include "cli/watching/event_listener.hpp"
#include "cli/watching/region_watch.hpp"
#include "cli/watching/service_manager.hpp"
#include "cli/watching/watch_log.hpp"
#include "control/files/machine_folder.hpp"
#include "control/loop/journal.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

// How soon a changed machine file is heard of.
constexpr Duration kReloadAfter = 5s;

// How soon it is seen that EC2 was observed for the first time.
constexpr Duration kReadyAfter = 200ms;

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

  // Has EC2 been observed in one region at least, or is there none to observe?
  bool have_observed() {
    const std::lock_guard lock(mutex_);
    return regions_.empty() || std::any_of(regions_.begin(), regions_.end(), [](const auto& each) {
             return each.second.has_observed();
           });
  }

  // How long the longest turn lasts that is being taken now.
  Duration busy() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    auto since = now;
    for (const auto& [region, watch] : regions_) since = std::min(since, watch.busy_since());
    return std::chrono::duration_cast<Duration>(now - since);
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
  ServiceManager manager = ServiceManager::of_this_process();
  std::vector<Machine> known;
  std::string status;
  bool first = true;
  bool ready = false;
  do {
    for (const std::string& problem : files.reload()) log.say(problem);
    if (first || known != files.machines()) {
      known = files.machines();
      status = "watching " + std::to_string(known.size()) + " machines";
      log.say(status);
      if (ready) manager.reloading();
      watches.set_machines(known);
      if (ready) manager.ready(status);
      first = false;
    }
    if (!listener && !options.events.empty() && !known.empty()) {
      listener.emplace(common, options.events, known.front().region, log,
                       [&watches](const SpotEvent& event) { watches.on_spot_event(event); });
    }
    if (!ready && watches.have_observed()) {
      ready = true;
      manager.ready(status);
    }
    manager.alive(watches.busy());
  } while (waiter.wait(ready ? kReloadAfter : kReadyAfter));
  manager.stopping();
  log.say("the watch was ended by a signal; the machines stay as they are");
  return {};
}

}  // namespace ec2spotter::cli
