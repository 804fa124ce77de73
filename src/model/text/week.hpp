// Times of the week, in UTC: when something planned may happen.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace ec2spotter {

// Minutes from Monday 00:00 UTC, `to` excluded. A window may run over the end of the week.
struct WeekWindow {
  int from = 0;
  int to = 0;
  bool operator==(const WeekWindow&) const = default;
};

inline constexpr int kMinutesOfWeek = 7 * 24 * 60;

// "sat 02:00-sun 06:00", or "02:00-06:00" for every day; nullopt for anything else. A window of
// every day comes as seven.
std::optional<std::vector<WeekWindow>> parse_week_windows(std::string_view text);

bool contains(const WeekWindow& window, TimePoint time);

}  // namespace ec2spotter
