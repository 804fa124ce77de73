#include "control/watch.hpp"

#include <fmt/format.h>

#include <map>

#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/state_folder.hpp"
#include "control/journal.hpp"
#include "control/machine_folder.hpp"

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

// How soon a changed machine file is heard of.
constexpr Duration kReloadAfter = 5s;

// One line for each decision that is new, on stderr and in the journal.
class WatchLog final : public Reporter {
 public:
  WatchLog(const Clock& clock, Journal journal, bool quiet)
      : clock_(clock), journal_(std::move(journal)), quiet_(quiet) {}

  void on_decision(const Machine& machine, const Decision& decision) override {
    std::string& last = last_[machine.name];
    const std::string what = std::string(to_string(decision.reason)) + decision.detail;
    if (last == what) return;
    last = what;
    Event event = make_event(machine.name.str(), "decision",
                             std::string(to_string(decision.reason)), decision.detail);
    for (const Step& step : decision.steps) event.steps.push_back(describe(step));
    write(event);
  }
  void on_step_failed(const Machine& machine, const Step& step, const Error& error) override {
    write(make_event(machine.name.str(), "step_failed", code_of(error),
                     describe(step) + ": " + error.describe()));
  }
  void on_trouble(const Error& error) override {
    write(make_event("", "trouble", code_of(error), error.describe()));
  }
  void say(const std::string& text) { write(make_event("", "files", "note", text)); }

 private:
  // EC2's own code, where there is one.
  static std::string code_of(const Error& error) {
    return error.api_code.empty() ? std::string(to_string(error.code)) : error.api_code;
  }

  Event make_event(std::string machine, std::string kind, std::string reason, std::string detail) {
    return {.time = clock_.now(),
            .machine = std::move(machine),
            .kind = std::move(kind),
            .reason = std::move(reason),
            .detail = std::move(detail),
            .steps = {}};
  }

  void write(const Event& event) {
    if (!quiet_) fmt::print(stderr, "{}\n", to_text_line(event));
    const auto kept = journal_.append(event);
    if (!kept && !journal_failed_) {
      fmt::print(stderr, "ec2spotter: warning: {}\n", kept.error().describe());
    }
    journal_failed_ = !kept;
  }

  const Clock& clock_;
  Journal journal_;
  bool quiet_;
  bool journal_failed_ = false;
  std::map<MachineName, std::string> last_;
};

// All watches of one process: one client for each region, one watch for each owner in it.
class Watches {
 public:
  Watches(const Common& common, WatchLog& log) : common_(common), log_(log) {}

  Result<void> set_machines(const std::vector<Machine>& machines) {
    std::map<Key, std::vector<Machine>> groups;
    for (const auto& [key, watch] : watches_) groups[key];
    for (Machine machine : machines) {
      if (!common_.owner.empty()) machine.owner = OwnerId(common_.owner);
      const Key key(machine.region, machine.owner);
      groups[key].push_back(std::move(machine));
    }
    for (auto& [key, group] : groups) {
      TRY(Turning * turning, open(key));
      turning->watch.set_machines(std::move(group));
      turning->next = {};
    }
    return {};
  }

  // Hands on what waits in the queue; nothing is lost that describes would not show later.
  void hear(const std::string& queue_url) {
    if (queue_url.empty() || watches_.empty()) return;
    if (queue_ == nullptr) {
      auto opened = sessions_.begin()->second->client().event_queue(queue_url);
      if (!opened) return log_.on_trouble(opened.error());
      queue_ = std::move(*opened);
    }
    for (int batch = 0; batch < kBatchesMost; ++batch) {
      const auto messages = queue_->receive();
      if (!messages) return log_.on_trouble(messages.error());
      for (const aws::QueueMessage& message : *messages) {
        if (const auto event = parse_spot_event(message.body)) hear_all(*event);
        if (const auto removed = queue_->remove(message); !removed) {
          return log_.on_trouble(removed.error());
        }
      }
      if (messages->empty()) return;
    }
  }

  // Gives a turn to each watch that is due; when the next one is.
  TimePoint turn(TimePoint now) {
    TimePoint next = now + kReloadAfter;
    for (auto& [key, turning] : watches_) {
      if (turning.next <= now) turning.next = turning.watch.turn();
      next = std::min(next, turning.next);
    }
    return next;
  }

 private:
  static constexpr int kBatchesMost = 50;
  using Key = std::pair<std::string, OwnerId>;
  struct Turning {
    Watch watch;
    TimePoint next{};
  };

  void hear_all(const SpotEvent& event) {
    for (auto& [key, turning] : watches_) {
      turning.watch.hear(event);
      turning.next = {};
    }
  }

  Result<Turning*> open(const Key& key) {
    if (const auto found = watches_.find(key); found != watches_.end()) return &found->second;
    auto& session = sessions_[key.first];
    if (session == nullptr) {
      TRY(session, Session::open(common_, key.first));
    }
    Controls controls{.ec2 = session->controls().ec2,
                      .prober = session->controls().prober,
                      .clock = session->controls().clock,
                      .waiter = session->controls().waiter,
                      .reporter = log_};
    const auto [made, fresh] =
        watches_.emplace(key, Turning{.watch = Watch(key.second, controls), .next = {}});
    return &made->second;
  }

  const Common& common_;
  WatchLog& log_;
  std::map<std::string, std::unique_ptr<Session>> sessions_;
  std::map<Key, Turning> watches_;
  std::unique_ptr<aws::EventQueue> queue_;
};

}  // namespace

Result<void> watch(const Common& common, const WatchOptions& options) {
  const std::filesystem::path folder = state_folder(options.state);
  TRY(const FolderLock lock, FolderLock::take(folder));
  const SystemClock clock;
  SignalWaiter waiter(clock);
  WatchLog log(clock, Journal(folder), common.quiet);
  MachineFolder files(options.paths.empty() ? std::vector<std::string>{common.machines}
                                            : options.paths);
  Watches watches(common, log);
  std::vector<Machine> known;
  bool first = true;
  TimePoint next = clock.now();
  do {
    for (const std::string& problem : files.reload()) log.say(problem);
    if (first || known != files.machines()) {
      known = files.machines();
      log.say(std::to_string(known.size()) + " machines to keep up");
      TRY_VOID(watches.set_machines(known));
      first = false;
    }
    watches.hear(options.events);
    next = watches.turn(clock.now());
  } while (waiter.wait_until(next));
  log.say("ended by a signal; machines stay as they are");
  return {};
}

}  // namespace ec2spotter::cli
