// Times in the forms that EC2 and SigV4 use.
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

TEST(ClockTest, ReadsAnyZoneOfRfc3339) {
  for (const char* text :
       {"2026-02-28T13:00:00+01:00", "2026-02-28T05:00:00-0700", "2026-02-28T12:00:00UTC",
        "2026-02-28t12:00:00z", "2026-02-28 17:30:00.000+05:30", "2026-02-28T12:00:00-00:00",
        "2026-03-01T02:00:00+14", "2026-02-27T21:00:00.0-1500"}) {
    EXPECT_EQ(parse_iso8601(text), kNoon - 345ms) << text;
  }
  EXPECT_EQ(parse_iso8601("2026-02-28T13:00:00.3456+01:00"), kNoon);
}

TEST(ClockTest, RefusesWhatIsNoTimeOfAZone) {
  for (const char* text :
       {"", "2026-02-30T00:00:00Z", "2026-02-28", "2026-02-28T12:00:00", "2026-02-28T24:00:00Z",
        "-026-02-28T12:00:00Z", "yesterday", "2026-02-28T12:00:00+", "2026-02-28T12:00:00+1",
        "2026-02-28T12:00:00+01:", "2026-02-28T12:00:00+01:0", "2026-02-28T12:00:00+24:00",
        "2026-02-28T12:00:00+01:60", "2026-02-28T12:00:00+01:00Z", "2026-02-28T12:00:00Z+01:00",
        "2026-02-28T12:00:00+-1:00", "2026-02-28T12:00:00+100", "2026-02-28T12:00:00CET"}) {
    EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ec2spotter
