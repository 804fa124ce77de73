// A moment after which a wait gives up, on the clock that nobody can set.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace ec2spotter::sim {

using SteadyTime = std::chrono::steady_clock::time_point;

class Deadline {
 public:
  explicit Deadline(Duration from_now) : at_(std::chrono::steady_clock::now() + from_now) {}

  bool passed() const { return std::chrono::steady_clock::now() >= at_; }
  SteadyTime at() const { return at_; }
  // What is left, for poll(2); never negative, rounded up.
  int left_ms() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<long>(left.count(), 0, 3'600'000));
  }

 private:
  SteadyTime at_;
};

}  // namespace ec2spotter::sim
