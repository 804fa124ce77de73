#include "aws/credentials/corrected_clock.hpp"

#include <algorithm>

#include "base/broken_rule.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

// The clocks of AWS's front ends differ a little, so a small difference changes nothing.
constexpr Duration kSlack = 2s;

}  // namespace

TimePoint CorrectedClock::now() const {
  if (lacks(Cure::own_time)) return host_.now();
  return anchor_ + (host_.running() - anchored_at_);
}

Duration CorrectedClock::correct(TimePoint date, Duration took) {
  const TimePoint before = now();
  const TimePoint latest = date + 1s + std::max(took, Duration::zero());
  if (before >= date - kSlack && before <= latest + kSlack) return Duration::zero();
  anchor_ = std::clamp(before, date, latest);
  anchored_at_ = host_.running();
  return anchor_ - before;
}

}  // namespace ec2spotter::aws
