// AWS's time, as its replies show it, carried on by a clock that nobody sets.
#pragma once

#include "base/clock.hpp"

namespace ec2spotter::aws {

// Until a reply has shown AWS's time, the host's time of day at the start stands for it. Later
// changes of the host's time of day have no effect here. `host` outlives it.
class CorrectedClock final : public Clock {
 public:
  explicit CorrectedClock(const Clock& host)
      : host_(host), anchor_(host.now()), anchored_at_(host.running()) {}

  TimePoint now() const override;
  Duration running() const override { return host_.running(); }

  // A reply that came just now says `date`, in whole seconds; it is at most `took` old. Returns by
  // how much that has moved this clock; a date that may be right does not move it.
  Duration correct(TimePoint date, Duration took);

  // AWS's time minus the host's time of day.
  Duration offset() const { return now() - host_.now(); }

 private:
  const Clock& host_;
  TimePoint anchor_;
  Duration anchored_at_;
};

}  // namespace ec2spotter::aws
