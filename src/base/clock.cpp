#include "base/clock.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>

namespace ec2spotter {
namespace {

struct Civil {
  int year, hour, minute, second, millisecond;
  unsigned month, day;
};

Civil civil(TimePoint time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day ymd{day};
  const hh_mm_ss hms{time - day};
  return {.year = static_cast<int>(ymd.year()),
          .hour = static_cast<int>(hms.hours().count()),
          .minute = static_cast<int>(hms.minutes().count()),
          .second = static_cast<int>(hms.seconds().count()),
          .millisecond = static_cast<int>(hms.subseconds().count()),
          .month = static_cast<unsigned>(ymd.month()),
          .day = static_cast<unsigned>(ymd.day())};
}

// Takes `count` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  const char* end = text.data() + count;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.front() == '-') return std::nullopt;
  text.remove_prefix(count);
  return value;
}

void skip(std::string_view& text, char c) {
  if (!text.empty() && text.front() == c) text.remove_prefix(1);
}

// Takes ".123456" off the front of `text`; milliseconds are kept.
int take_fraction(std::string_view& text) {
  if (text.empty() || text.front() != '.') return 0;
  text.remove_prefix(1);
  int value = 0;
  int scale = 100;
  while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
    value += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return value;
}

// How far the zone is ahead of UTC: "Z", "UTC", "+01:00", "-0700", "+01". The whole text is a zone.
std::optional<std::chrono::minutes> offset_of_zone(std::string_view text) {
  if (text == "Z" || text == "z" || text == "UTC") return std::chrono::minutes{0};
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (text.size() == 3) skip(text, ':');
  const auto minutes = text.empty() ? 0 : take_digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (std::chrono::hours{*hours} + std::chrono::minutes{*minutes});
}

}  // namespace

TimePoint SystemClock::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

Duration SystemClock::running() const {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::floor<Duration>(since_boot);
}

std::string format_iso8601(TimePoint time, Fraction fraction) {
  const Civil c = civil(time);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day,
                                 c.hour, c.minute, c.second);
  if (fraction == Fraction::milliseconds) text += fmt::format(".{:03}", c.millisecond);
  return text + "Z";
}

std::string format_basic_iso8601(TimePoint time) {
  const Civil c = civil(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

std::optional<TimePoint> parse_iso8601(std::string_view text) {
  using namespace std::chrono;
  const auto year_number = take_digits(text, 4);
  skip(text, '-');
  const auto month_number = take_digits(text, 2);
  skip(text, '-');
  const auto day_number = take_digits(text, 2);
  if (text.empty() || std::string_view("Tt ").find(text.front()) == std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  skip(text, ':');
  const auto minute = take_digits(text, 2);
  skip(text, ':');
  const auto second = take_digits(text, 2);
  const int millisecond = take_fraction(text);
  const auto east = offset_of_zone(text);
  if (!year_number || !month_number || !day_number || !hour || !minute || !second || !east) {
    return std::nullopt;
  }
  const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                            day{static_cast<unsigned>(*day_number)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return TimePoint{sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} +
                   milliseconds{millisecond} - *east};
}

}  // namespace ec2spotter
