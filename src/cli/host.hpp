// The command line's side effects on the local host: waiting and signals.
#pragma once

#include <signal.h>

#include <functional>

#include "aws/sleeper.hpp"
#include "base/clock.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter::cli {

// Blocks SIGINT and SIGTERM for as long as it lives; they are heard while waiting, and
// between the packets of a call, whose effect the next run then looks for.
class SignalWaiter final : public Waiter {
 public:
  SignalWaiter();
  ~SignalWaiter() override;
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  bool wait(Duration time) override;

  // Has one of the signals come? It stays pending, so that wait hears it too.
  bool stop_asked() const;

 private:
  sigset_t awaited_{};
  sigset_t before_{};
};

// Waits until `cancelled` says so, which it asks ten times a second; hears no signals.
class CancelledWaiter final : public Waiter {
 public:
  explicit CancelledWaiter(std::function<bool()> cancelled) : sleeper_(std::move(cancelled)) {}
  bool wait(Duration time) override { return sleeper_.sleep(time).has_value(); }

 private:
  aws::ThreadSleeper sleeper_;
};

}  // namespace ec2spotter::cli
