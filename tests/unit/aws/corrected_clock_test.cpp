// AWS's time, whatever the host's clock is set to.
#include "aws/credentials/corrected_clock.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace ec2spotter::aws {
namespace {

using namespace std::chrono_literals;

TEST(CorrectedClockTest, GoesOnWhenTheHostsClockIsSet) {
  ManualClock host(kNow);
  const CorrectedClock clock(host);
  for (const Duration step : {Duration(12min), Duration(-1h), Duration(24h * 365)}) {
    const TimePoint before = clock.now();
    host.step(step);
    EXPECT_EQ(clock.now(), before);
    host.advance(3s);
    EXPECT_EQ(clock.now(), before + 3s);
  }
}

TEST(CorrectedClockTest, TakesAwsTimeFromARepliesDate) {
  for (const Duration off : {Duration(12min), Duration(-12min), Duration(24h * 3650)}) {
    ManualClock host(kNow + off);
    CorrectedClock clock(host);
    const Duration moved = clock.correct(kNow, 100ms);
    EXPECT_EQ(moved, clock.now() - (kNow + off));
    EXPECT_LE(std::chrono::abs(clock.now() - kNow), 1100ms);
    host.advance(5min);
    EXPECT_LE(std::chrono::abs(clock.now() - (kNow + 5min)), 1100ms);
  }
}

TEST(CorrectedClockTest, ADateThatMayBeRightMovesNothing) {
  ManualClock host(kNow + 700ms);
  CorrectedClock clock(host);
  EXPECT_EQ(clock.correct(kNow, 0ms), 0ms);       // whole seconds
  EXPECT_EQ(clock.correct(kNow - 8s, 10s), 0ms);  // it was long on the way
  EXPECT_EQ(clock.correct(kNow + 2s, 0ms), 0ms);  // front ends differ
  EXPECT_EQ(clock.now(), kNow + 700ms);
}

// A host's clock gains or loses some seconds a day: AWS's replies keep ours right.
TEST(CorrectedClockTest, DriftIsHeldSmall) {
  ManualClock truth(kNow);
  ManualClock host(kNow);
  CorrectedClock clock(host);
  for (int minute = 0; minute < 60 * 24 * 7; ++minute) {
    truth.advance(1min);
    host.advance(1min + 6ms);
    clock.correct(std::chrono::floor<std::chrono::seconds>(truth.now()), 50ms);
    ASSERT_LE(std::chrono::abs(clock.now() - truth.now()), 4s);
  }
}

}  // namespace
}  // namespace ec2spotter::aws
