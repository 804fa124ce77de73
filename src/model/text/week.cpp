#include "model/text/week.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace ec2spotter {
namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int kMinutesOfDay = 24 * 60;

struct Moment {
  std::optional<int> day;
  int minute = 0;
};

std::optional<int> parse_number(std::string_view text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.size() != 2 || value > max) {
    return std::nullopt;
  }
  return value;
}

// "sat 02:00", or "02:00".
std::optional<Moment> parse_moment(std::string_view text) {
  Moment moment;
  if (const auto blank = text.find(' '); blank != std::string_view::npos) {
    const auto day = std::find(kDays.begin(), kDays.end(), text.substr(0, blank));
    if (day == kDays.end()) return std::nullopt;
    moment.day = static_cast<int>(day - kDays.begin());
    text.remove_prefix(blank + 1);
  }
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = parse_number(text.substr(0, 2), 24);
  const auto past = parse_number(text.substr(3), 59);
  if (!hours || !past || *hours * 60 + *past > kMinutesOfDay) return std::nullopt;
  moment.minute = *hours * 60 + *past;
  return moment;
}

int minute_of_week(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const int weekday = static_cast<int>(std::chrono::weekday(day).iso_encoding()) - 1;
  return weekday * kMinutesOfDay +
         static_cast<int>(std::chrono::floor<minutes>(time - day).count());
}

}  // namespace

std::optional<std::vector<WeekWindow>> parse_week_windows(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = parse_moment(text.substr(0, dash));
  const auto to = parse_moment(text.substr(dash + 1));
  if (!from || !to || from->day.has_value() != to->day.has_value()) return std::nullopt;
  std::vector<WeekWindow> windows;
  for (int day = 0; day < (from->day ? 1 : 7); ++day) {
    const int first = from->day.value_or(day) * kMinutesOfDay + from->minute;
    const int last = to->day.value_or(day) * kMinutesOfDay + to->minute;
    const bool over_midnight = !from->day && last <= first;
    windows.push_back({.from = first % kMinutesOfWeek,
                       .to = (over_midnight ? last + kMinutesOfDay : last) % kMinutesOfWeek});
  }
  return windows;
}

bool contains(const WeekWindow& window, TimePoint time) {
  const int now = minute_of_week(time);
  if (window.from < window.to) return window.from <= now && now < window.to;
  return now >= window.from || now < window.to;
}

}  // namespace ec2spotter
