#include "cli/watching/region_watch.hpp"

#include <algorithm>
#include <utility>

namespace ec2spotter::cli {
namespace {

using namespace std::chrono_literals;

// A region, credentials or an endpoint that could not be used may be usable now.
constexpr Duration kOpenAgainAfter = 30s;

// A watch is asked again after this time whatever it has said.
constexpr Duration kTurnsApartMost = 60s;

}  // namespace

RegionWatch::RegionWatch(const Common& common, std::string region, WatchLog& log)
    : common_(common),
      region_(std::move(region)),
      log_(log),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void RegionWatch::set_machines(std::vector<Machine> machines) {
  const std::lock_guard lock(mutex_);
  news_.machines = std::move(machines);
  is_news_.notify_all();
}

void RegionWatch::on_spot_event(const SpotEvent& event) {
  const std::lock_guard lock(mutex_);
  news_.events.push_back(event);
  is_news_.notify_all();
}

void RegionWatch::run(const std::stop_token& stop) {
  Duration pause = kTurnsApartMost;
  while (!stop.stop_requested()) {
    News news;
    {
      std::unique_lock lock(mutex_);
      is_news_.wait_for(lock, stop, pause, [this] { return !news_.empty(); });
      std::swap(news, news_);
    }
    if (stop.stop_requested()) return;
    take_in(std::move(news));
    busy_since_ = std::chrono::steady_clock::now();
    pause = work(stop);
    busy_since_ = std::chrono::steady_clock::time_point::max();
  }
}

void RegionWatch::take_in(News news) {
  if (news.machines) {
    machines_ = std::move(*news.machines);
    deal_out_machines();
  }
  for (auto& [owner, turning] : watches_) {
    for (const SpotEvent& event : news.events) turning.watch.on_spot_event(event);
    if (!news.events.empty()) turning.due = {};
  }
}

Duration RegionWatch::work(const std::stop_token& stop) {
  if (machines_.empty() && watches_.empty()) {
    has_observed_ = true;
    return kTurnsApartMost;
  }
  if (session_ == nullptr && !open(stop)) return kOpenAgainAfter;
  return take_turns();
}

bool RegionWatch::open(const std::stop_token& stop) {
  auto opened = Session::open(common_, region_,
                              {.cancelled = [stop] { return stop.stop_requested(); },
                               .reading_deadline = kWatchReadingDeadline,
                               .changing_deadline = kWatchChangingDeadline});
  if (!opened) {
    for (const Machine& machine : machines_) {
      log_.on_machine_trouble(machine, opened.error());
    }
    return false;
  }
  session_ = std::move(*opened);
  deal_out_machines();
  return true;
}

// An owner whose last machine has gone keeps its watch, with no machines.
void RegionWatch::deal_out_machines() {
  if (session_ == nullptr) return;
  std::map<OwnerId, std::vector<Machine>> groups;
  for (const auto& [owner, turning] : watches_) groups[owner];
  for (const Machine& machine : machines_) groups[machine.owner].push_back(machine);
  for (auto& [owner, group] : groups) {
    auto known = watches_.find(owner);
    if (known == watches_.end()) {
      const Controls own = session_->controls();
      const Controls controls{.ec2 = own.ec2,
                              .prober = own.prober,
                              .clock = own.clock,
                              .waiter = own.waiter,
                              .reporter = log_};
      known = watches_.emplace(owner, Turning{.watch = Watch(owner, controls)}).first;
    }
    known->second.watch.set_machines(std::move(group));
    known->second.due = {};
  }
}

// Gives a turn to each watch that is due; how long to pause then.
Duration RegionWatch::take_turns() {
  const Clock& clock = session_->controls().clock;
  Duration pause = kTurnsApartMost;
  for (auto& [owner, turning] : watches_) {
    if (turning.due <= clock.running()) {
      const TimePoint next = turning.watch.turn();
      turning.due = clock.running() + std::min(next - clock.now(), kTurnsApartMost);
    }
    pause = std::min(pause, turning.due - clock.running());
  }
  for (const Machine& machine : machines_) {
    const auto turning = watches_.find(machine.owner);
    if (turning != watches_.end() && turning->second.watch.last_decision(machine.name) != nullptr) {
      has_observed_ = true;
    }
  }
  return std::max(pause, Duration::zero());
}

}  // namespace ec2spotter::cli
