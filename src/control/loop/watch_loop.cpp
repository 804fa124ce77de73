#include "control/loop/watch_loop.hpp"

#include <algorithm>

#include "control/act/launch_bodies.hpp"
#include "control/loop/drive.hpp"
#include "control/loop/step_order.hpp"
#include "control/observe/belongings/abroad.hpp"
#include "control/observe/consoles.hpp"
#include "control/observe/probing.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

// Reclaimed bodies are seen within this time when no notice comes.
constexpr Duration kBetweenTurnsMost = 15s;
constexpr Duration kBetweenTurnsLeast = 1s;

// EC2 refills 20 reading calls a second: half of those since the last turn are for consoles.
constexpr int kConsolesASecond = 10;
constexpr int kConsolesMost = 60;

constexpr Duration kAfterLastingTrouble = 60s;

// A reading that keeps failing is reported again after so long.
constexpr Duration kTellAgainAfter = 60s;

// Announcements kept for the next turn; describes show what the others announce.
constexpr std::size_t kEventsMost = 20'000;

int consoles_after(Duration since_last_turn) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_last_turn).count();
  return static_cast<int>(std::clamp<std::int64_t>(
      kConsolesASecond * (1 + seconds), std::int64_t{2} * kConsolesASecond, kConsolesMost));
}

}  // namespace

Watch::Watch(OwnerId owner, const Controls& controls)
    : controls_(controls), survey_(std::move(owner)) {}

void Watch::set_machines(std::vector<Machine> machines) {
  std::map<MachineName, Entry> entries;
  for (Machine& machine : machines) {
    const auto before = entries_.find(machine.name);
    Entry entry = before == entries_.end() ? Entry{.machine = machine} : std::move(before->second);
    if (entry.machine != machine) {
      entry.wake_at = {};
      entry.controller.memory().closed_pools.clear();  // what EC2 refused may have been mended
    }
    entry.machine = std::move(machine);
    const MachineName name = entry.machine.name;
    entries.emplace(name, std::move(entry));
  }
  entries_ = std::move(entries);
}

TimePoint Watch::turn() {
  if (auto read = survey_.read_bodies(controls_.ec2); !read) return fail_turn(read.error());
  // Read after EC2 has answered, which corrects the clock.
  const TimePoint begun = controls_.clock.now();
  if (first_turn_ == TimePoint{}) first_turn_ = begun;
  if (begun < last_turn_) forget_times();
  take_in_events();
  survey_.read_checks(controls_.ec2, begun);
  std::vector<Work> works = find_due(begun);
  std::vector<const Machine*> machines;
  machines.reserve(works.size());
  for (const Work& work : works) machines.push_back(&work.entry->machine);
  survey_.read_roots(controls_.ec2, machines);
  failures_ = 0;
  tell_troubles(begun);
  std::erase_if(works, [&](const Work& work) { return put_off_unknown(*work.entry, begun); });
  observe_closely(works, begun);
  decide(works, begun);
  act(works);
  return next_turn(begun);
}

// EC2's time as we take it has been corrected backward: what was planned by it is due now.
void Watch::forget_times() {
  for (auto& [name, entry] : entries_) entry.wake_at = {};
}

// Trouble that lasts is reported again after a while.
void Watch::tell_troubles(TimePoint now) {
  std::erase_if(told_, [&](const auto& told) { return told.second + kTellAgainAfter <= now; });
  for (const Error& trouble : survey_.take_troubles()) {
    const std::string what =
        trouble.api_code + (trouble.context.empty() ? std::string() : trouble.context.back());
    if (told_.emplace(what, now).second) controls_.reporter.on_trouble(trouble);
  }
}

// EC2 did not show enough of this machine to decide anything.
bool Watch::put_off_unknown(Entry& entry, TimePoint now) {
  if (survey_.is_known(entry.machine)) return false;
  ++entry.failures;
  entry.wake_at = now + pause_after(entry.failures);
  return true;
}

std::vector<Watch::Work> Watch::find_due(TimePoint now) {
  std::vector<Work> works;
  for (auto& [name, entry] : entries_) {
    const std::size_t fingerprint = survey_.fingerprint(name);
    if (entry.wake_at > now && entry.fingerprint == fingerprint) continue;
    entry.fingerprint = fingerprint;
    works.push_back({.entry = &entry});
  }
  return works;
}

void Watch::observe_closely(std::vector<Work>& works, TimePoint now) {
  std::vector<Subject> subjects;
  subjects.reserve(works.size());
  for (Work& work : works) {
    Memory& memory = work.entry->controller.memory();
    work.seen = survey_.of(work.entry->machine, memory);
    look_abroad(work.entry->machine, controls_.ec2, now, work.seen);
    subjects.push_back({.machine = &work.entry->machine, .seen = &work.seen, .memory = &memory});
  }
  read_consoles(subjects, controls_, consoles_after(now - last_turn_));
  last_turn_ = now;
  probe(subjects, controls_.prober, now);
  knowledge_.complete(subjects, controls_.ec2, now);
}

// Machines with which nothing goes on are looked at together, once in kPollRest: a look costs
// calls.
TimePoint Watch::in_step(TimePoint wake_at) const {
  return wake_at - (wake_at - first_turn_) % kPollRest;
}

void Watch::on_spot_event(const SpotEvent& event) {
  if (heard_.size() < kEventsMost) heard_.push_back(event);
}

// Those about bodies that nobody here has are dropped: the queue has the whole account's.
void Watch::take_in_events() {
  for (const SpotEvent& event : heard_) {
    const auto machine = survey_.machine_of(event.instance);
    const auto entry = machine ? entries_.find(*machine) : entries_.end();
    if (entry == entries_.end()) continue;
    entry->second.wake_at = {};
    if (event.kind == SpotEvent::Kind::rebalance) {
      entry->second.controller.memory().rebalance.insert(event.instance);
    }
  }
  heard_.clear();
}

void Watch::decide(std::vector<Work>& works, TimePoint now) {
  for (Work& work : works) {
    Entry& entry = *work.entry;
    const Intent intent{.goal = recorded_goal(entry.machine, work.seen, now), .by_watch = true};
    work.decision =
        entry.controller.decide(entry.machine, intent, work.seen, now, controls_.reporter);
    const bool going = work.decision.progress == Decision::Progress::going;
    entry.wake_at = going ? work.decision.wake_at : in_step(work.decision.wake_at);
    entry.last = work.decision;
  }
  std::stable_sort(works.begin(), works.end(),
                   [](const Work& a, const Work& b) { return goes_first(a.decision, b.decision); });
}

LaunchOrder Watch::order_of(const Work& work) {
  return {.machine = &work.entry->machine,
          .step = std::get_if<step::LaunchBody>(&work.decision.steps.front()),
          .memory = &work.entry->controller.memory()};
}

void Watch::act(std::vector<Work>& works) {
  const TimePoint begun = controls_.clock.now();
  std::vector<LaunchOrder> orders;
  for (const Work& work : works) {
    if (work.decision.steps.empty()) break;
    orders.push_back(order_of(work));
  }
  for (const std::vector<std::size_t>& indexes : group_launches(orders)) {
    std::vector<Work*> batch;
    batch.reserve(indexes.size());
    for (const std::size_t index : indexes) batch.push_back(&works[index]);
    const TimePoint now = controls_.clock.now();
    if (!has_share(batch.front()->decision.steps.front(), now - begun)) {
      for (Work* work : batch) work->entry->wake_at = now;
    } else if (batch.size() == 1) {
      act_alone(*batch.front(), now);
    } else {
      launch_together(batch, now);
    }
  }
}

void Watch::act_alone(Work& work, TimePoint now) {
  Entry& entry = *work.entry;
  const auto done = entry.controller.act(entry.machine, work.decision, work.seen, controls_.ec2,
                                         now, controls_.reporter);
  if (done) {
    entry.failures = 0;
  } else {
    note_failure(entry, done.error(), now);
  }
}

// Those without a body wait for nothing, and so are not noted as sent.
void Watch::launch_together(const std::vector<Work*>& batch, TimePoint now) {
  std::vector<LaunchOrder> orders;
  orders.reserve(batch.size());
  for (const Work* work : batch) orders.push_back(order_of(*work));
  const auto without_room = launch_bodies(orders, controls_.ec2, now);
  for (std::size_t index = 0; index < batch.size(); ++index) {
    Entry& entry = *batch[index]->entry;
    const Decision& decision = batch[index]->decision;
    if (!without_room) {
      const Error error = with_context(without_room.error(), describe(decision.steps.front()));
      controls_.reporter.on_step_failed(entry.machine, decision.steps.front(), error);
      note_failure(entry, error, now);
    } else if (without_room->contains(index)) {
      entry.wake_at = now;
    } else {
      entry.failures = 0;
      entry.controller.note_sent(decision, now);
    }
  }
}

void Watch::note_failure(Entry& entry, const Error& error, TimePoint now) {
  ++entry.failures;
  const bool passes = passes_by_itself(error);
  entry.wake_at = now + (passes ? pause_after(entry.failures) : kAfterLastingTrouble);
}

TimePoint Watch::fail_turn(const Error& error) {
  ++failures_;
  controls_.reporter.on_trouble(error);
  const bool passes = passes_by_itself(error);
  return controls_.clock.now() + (passes ? pause_after(failures_) : kAfterLastingTrouble);
}

TimePoint Watch::next_turn(TimePoint begun) const {
  TimePoint next = begun + kBetweenTurnsMost;
  for (const auto& [name, entry] : entries_) next = std::min(next, entry.wake_at);
  return std::max(next, controls_.clock.now() + kBetweenTurnsLeast);
}

const Decision* Watch::last_decision(const MachineName& machine) const {
  const auto found = entries_.find(machine);
  return found == entries_.end() || !found->second.last ? nullptr : &*found->second.last;
}

}  // namespace ec2spotter
