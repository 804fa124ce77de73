// The watches of one region on a thread of their own: no region waits for another one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/options.hpp"
#include "cli/session.hpp"
#include "cli/watching/watch_log.hpp"
#include "control/loop/watch_loop.hpp"
#include "control/observe/spot_events.hpp"

namespace ec2spotter::cli {

class RegionWatch {
 public:
  // Takes turns until it is destroyed; a call under way is then cut off. A region, credentials or
  // an endpoint that cannot be used are reported with each machine concerned, and tried again.
  // `region` empty: as the AWS CLI would find it. The references outlive it.
  RegionWatch(const Common& common, std::string region, WatchLog& log);
  ~RegionWatch() = default;
  RegionWatch(const RegionWatch&) = delete;
  RegionWatch& operator=(const RegionWatch&) = delete;

  // As Watch::set_machines and Watch::hear, of all owners; from any thread.
  void set_machines(std::vector<Machine> machines);
  void on_spot_event(const SpotEvent& event);

  // Has EC2 been observed, or was there nothing to observe? From any thread.
  bool has_observed() const { return has_observed_; }
  // When the turn that the thread is taking began; max(): it takes none. From any thread.
  std::chrono::steady_clock::time_point busy_since() const { return busy_since_; }

 private:
  struct Turning {
    Watch watch;
    Duration due{};  // of the clock that nobody sets
  };
  struct News {
    std::optional<std::vector<Machine>> machines;
    std::vector<SpotEvent> events;
    bool empty() const { return !machines && events.empty(); }
  };

  void run(const std::stop_token& stop);
  Duration work(const std::stop_token& stop);
  bool open(const std::stop_token& stop);
  void take_in(News news);
  void deal_out_machines();
  Duration take_turns();

  const Common& common_;
  const std::string region_;
  WatchLog& log_;

  std::atomic<bool> has_observed_ = false;
  std::atomic<std::chrono::steady_clock::time_point> busy_since_ =
      std::chrono::steady_clock::time_point::max();

  std::mutex mutex_;
  std::condition_variable_any is_news_;
  News news_;

  // Only the thread uses these.
  std::vector<Machine> machines_;
  std::unique_ptr<Session> session_;
  std::map<OwnerId, Turning> watches_;

  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace ec2spotter::cli
