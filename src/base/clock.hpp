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
  // The time of day, which somebody may set forward and back.
  virtual TimePoint now() const = 0;
  // What has passed since some moment in the past. Nobody sets it: waits are measured with it.
  virtual Duration running() const = 0;
};

// The host's own clocks: the only place that reads them.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  Duration running() const override;
};

// A clock that tests set by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_(start) {}
  TimePoint now() const override { return now_; }
  Duration running() const override { return running_; }
  // Lets time pass.
  void advance(Duration by) {
    now_ += by;
    running_ += by;
  }
  void advance_to(TimePoint now) { advance(now - now_); }
  // Sets the time of day, as a person or NTP does; no time passes.
  void step(Duration by) { now_ += by; }

 private:
  TimePoint now_;
  Duration running_{0};
};

// "2026-11-24T02:07:54Z", or with milliseconds "2026-11-24T02:07:54.123Z" as EC2 writes times.
enum class Fraction { none, milliseconds };
std::string format_iso8601(TimePoint time, Fraction fraction = Fraction::none);

// "20261124T020754Z", the form that SigV4 signs.
std::string format_basic_iso8601(TimePoint time);

// Reads either form above, with or without a fraction, in any zone of RFC 3339, "+0100" and "UTC".
std::optional<TimePoint> parse_iso8601(std::string_view text);

}  // namespace ec2spotter
