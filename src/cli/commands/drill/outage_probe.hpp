// Asks a machine's SSH port over and over, in a thread of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "cli/commands/drill/outage.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter::cli {

class OutageProbe {
 public:
  // Begins at once; that moment is zero in its times. `host_key` is the machine's, or empty where
  // it is not known: until the machine is up, a server with another key does not count as an
  // answer, as a kept interface leads to the preboot system as well.
  OutageProbe(Endpoint endpoint, std::string host_key);
  ~OutageProbe();
  OutageProbe(const OutageProbe&) = delete;
  OutageProbe& operator=(const OutageProbe&) = delete;

  // The machine is up at `host`: whoever answers there is the machine.
  void follow(const std::string& host);

  // Does the machine answer, as far as the last question shows?
  bool is_answered() const;

  // Asks no more; how long the machine was away.
  std::optional<Gap> stop();

 private:
  void run();
  bool ask_once(Prober& prober);

  const SystemClock clock_;
  const Duration start_;
  const std::string host_key_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Endpoint endpoint_;
  bool followed_ = false;
  bool asked_ = false;
  bool stopped_ = false;
  OutageMeter meter_;
  std::thread thread_;
};

}  // namespace ec2spotter::cli
