// Windows of the week, over midnight and over the week's end.
#include "model/text/week.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

// 2026-11-23 is a Monday.
constexpr TimePoint kMonday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

std::vector<WeekWindow> windows(std::string_view text) {
  const auto parsed = parse_week_windows(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(std::vector<WeekWindow>{});
}

TEST(WeekTest, AWindowFromDayToDayHoldsItsStartAndNotItsEnd) {
  const auto window = windows("sat 02:00-sun 06:00");
  ASSERT_EQ(window.size(), 1U);
  EXPECT_FALSE(contains(window[0], kMonday + 5 * 24h + 1h + 59min));
  EXPECT_TRUE(contains(window[0], kMonday + 5 * 24h + 2h));
  EXPECT_TRUE(contains(window[0], kMonday + 6 * 24h + 5h + 59min));
  EXPECT_FALSE(contains(window[0], kMonday + 6 * 24h + 6h));
}

TEST(WeekTest, AWindowMayRunOverTheEndOfTheWeekAndOfTheDay) {
  const auto weekend = windows("sun 23:00-mon 01:00");
  EXPECT_TRUE(contains(weekend[0], kMonday + 30min));
  EXPECT_TRUE(contains(weekend[0], kMonday + 6 * 24h + 23h));
  EXPECT_FALSE(contains(weekend[0], kMonday + 2h));

  const auto nightly = windows("22:00-02:00");
  ASSERT_EQ(nightly.size(), 7U);
  const auto inside = [&](TimePoint time) {
    return std::any_of(nightly.begin(), nightly.end(),
                       [&](const WeekWindow& window) { return contains(window, time); });
  };
  EXPECT_TRUE(inside(kMonday + 1h));
  EXPECT_TRUE(inside(kMonday + 3 * 24h + 23h));
  EXPECT_FALSE(inside(kMonday + 3 * 24h + 12h));
}

TEST(WeekTest, RefusesWhatIsNoTimeOfTheWeek) {
  for (const char* text : {"", "sat", "sat 02:00", "sat 02:00-06:00", "02:00-sun 06:00",
                           "sat 2:00-sun 06:00", "sat 25:00-sun 06:00", "sat 02:60-sun 06:00",
                           "someday 02:00-sun 06:00", "sat 24:01-sun 06:00"}) {
    EXPECT_FALSE(parse_week_windows(text)) << text;
  }
}

}  // namespace
}  // namespace ec2spotter
