// The clocks of the host that a controller runs on, which nobody need trust.
#pragma once

#include "base/clock.hpp"

namespace ec2spotter::scenario {

class HostClock final : public Clock {
 public:
  // `truth` outlives it.
  explicit HostClock(const Clock& truth) : truth_(truth) {}

  TimePoint now() const override { return truth_.now() + set_by_ + drift(); }
  Duration running() const override { return truth_.running() + drift(); }

  // Sets the time of day forward or back.
  void step(Duration by) { set_by_ += by; }
  // From now on both clocks gain so much each million seconds; real ones gain or lose up to 100.
  void run_fast(int seconds_per_million) {
    drifted_ = drift();
    since_ = truth_.running();
    seconds_per_million_ = seconds_per_million;
  }

 private:
  Duration drift() const {
    return drifted_ + (truth_.running() - since_) * seconds_per_million_ / 1'000'000;
  }

  const Clock& truth_;
  Duration set_by_{0}, drifted_{0}, since_{0};
  int seconds_per_million_ = 0;
};

}  // namespace ec2spotter::scenario
