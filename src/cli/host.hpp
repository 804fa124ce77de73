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

// Connects and reads the greeting, two seconds for each.
class SshProber final : public Prober {
 public:
  bool ssh_answers(const std::string& host, int port) override;
};

}  // namespace ec2spotter::cli
