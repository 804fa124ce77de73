#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNoon = std::chrono::sys_days{std::chrono::year{2026} / 2 / 28} + 12h + 345ms;

TEST(ClockTest, WritesTheFormsThatEc2AndSigV4Use) {
  EXPECT_EQ(format_iso8601(kNoon), "2026-02-28T12:00:00Z");
  EXPECT_EQ(format_iso8601(kNoon, Fraction::milliseconds), "2026-02-28T12:00:00.345Z");
  EXPECT_EQ(format_basic_iso8601(kNoon), "20260228T120000Z");
}

TEST(ClockTest, ReadsWhatItWrites) {
  EXPECT_EQ(parse_iso8601(format_iso8601(kNoon, Fraction::milliseconds)), kNoon);
  EXPECT_EQ(parse_iso8601(format_basic_iso8601(kNoon)), kNoon - 345ms);
  EXPECT_EQ(parse_iso8601("2026-02-28T12:00:00.3451234Z"), kNoon);
}

TEST(ClockTest, RefusesWhatIsNotAUtcTime) {
  for (const char* text : {"", "2026-02-30T00:00:00Z", "2026-02-28", "2026-02-28T12:00:00",
                           "2026-02-28T24:00:00Z", "-026-02-28T12:00:00Z", "yesterday"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ec2spotter
