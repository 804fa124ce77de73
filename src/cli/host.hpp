// The command line's side effects on the local host: waiting, signals, probes.
#pragma once

#include <signal.h>

#include "base/clock.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter::cli {

// Blocks SIGINT and SIGTERM for as long as it lives; they are heard while waiting, and
// between the packets of a call, whose effect the next run then looks for.
class SignalWaiter final : public Waiter {
 public:
  explicit SignalWaiter(const Clock& clock);
  ~SignalWaiter() override;
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  bool wait_until(TimePoint until) override;

  // Has one of the signals come? It stays pending, so that wait_until hears it too.
  bool stop_asked() const;

 private:
  const Clock& clock_;
  sigset_t awaited_{};
  sigset_t before_{};
};

// Connects and reads the greetings, for two seconds in all and some hundred endpoints at a time.
class SshProber final : public Prober {
 public:
  std::vector<bool> ssh_answers(const std::vector<Endpoint>& endpoints) override;
};

}  // namespace ec2spotter::cli
