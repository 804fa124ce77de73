// Reads EC2's announcements from an SQS queue, on a thread of its own, so that no notice waits for
// anything else.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "cli/options.hpp"
#include "cli/watching/watch_log.hpp"
#include "control/observe/spot_events.hpp"

namespace ec2spotter::cli {

class EventListener {
 public:
  using Tell = std::function<void(const SpotEvent&)>;

  // Passes each announcement on, from its thread, until it is destroyed; trouble goes to the log
  // and ends by itself. `queue_url` is the queue's address, which names the region as a rule; else
  // `region` is taken. The references outlive it.
  EventListener(const Common& common, std::string queue_url, std::string region, WatchLog& log,
                Tell tell);

 private:
  void run(const std::stop_token& stop);
  Result<void> listen(const std::stop_token& stop);

  const Common& common_;
  const std::string queue_url_;
  const std::string region_;
  WatchLog& log_;
  Tell tell_;
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace ec2spotter::cli
