#include "cli/host.hpp"

#include <algorithm>
#include <cerrno>

namespace ec2spotter::cli {

SignalWaiter::SignalWaiter() {
  sigemptyset(&awaited_);
  sigaddset(&awaited_, SIGINT);
  sigaddset(&awaited_, SIGTERM);
  sigprocmask(SIG_BLOCK, &awaited_, &before_);
}

SignalWaiter::~SignalWaiter() {
  // Takes the signal that stop_asked has seen: it would end the process before its last message.
  const timespec at_once{};
  while (sigtimedwait(&awaited_, nullptr, &at_once) > 0) {
  }
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool SignalWaiter::wait(Duration time) {
  const SystemClock clock;
  time = std::max(time, Duration::zero());
  const Duration end = clock.running() + time;
  while (true) {
    const Duration left = std::clamp(end - clock.running(), Duration::zero(), time);
    const timespec timeout{.tv_sec = left.count() / 1000,
                           .tv_nsec = (left.count() % 1000) * 1'000'000};
    const int heard = sigtimedwait(&awaited_, nullptr, &timeout);
    if (heard > 0) return false;
    if (errno == EAGAIN) return true;
  }
}

bool SignalWaiter::stop_asked() const {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

}  // namespace ec2spotter::cli
