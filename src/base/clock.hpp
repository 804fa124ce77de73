// Time as the project sees it: milliseconds, from a clock that is passed in.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ec2spotter {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

// The machine's own clock: the only place that reads it.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
};

// A clock that tests set by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_(start) {}
  TimePoint now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  void set(TimePoint now) { now_ = now; }

 private:
  TimePoint now_;
};

// "2026-11-24T02:07:54Z", or with milliseconds "2026-11-24T02:07:54.123Z" as EC2 writes times.
enum class Fraction { none, milliseconds };
std::string format_iso8601(TimePoint time, Fraction fraction = Fraction::none);

// "20261124T020754Z", the form that SigV4 signs.
std::string format_basic_iso8601(TimePoint time);

// Reads either form above, with or without a fraction, in any zone of RFC 3339, "+0100" and "UTC".
std::optional<TimePoint> parse_iso8601(std::string_view text);

}  // namespace ec2spotter
