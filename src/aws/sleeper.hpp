// Waiting, as an interface, so that tests wait in virtual time and a signal can end a wait.
#pragma once

#include <functional>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter::aws {

class Sleeper {
 public:
  virtual ~Sleeper() = default;
  // Returns after `time`. Errors: interrupted, when the user asked to stop.
  virtual Result<void> sleep(Duration time) = 0;
};

// Really sleeps; asks `cancelled`, if there is one, every tenth of a second.
class ThreadSleeper final : public Sleeper {
 public:
  explicit ThreadSleeper(std::function<bool()> cancelled = {}) : cancelled_(std::move(cancelled)) {}
  Result<void> sleep(Duration time) override;

 private:
  std::function<bool()> cancelled_;
};

}  // namespace ec2spotter::aws
