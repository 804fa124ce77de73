// What is left to do until a volume has the wished size.
#include "control/growing/growth.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

Volume of_size(int size_gib, const char* type = "gp3") {
  Volume volume;
  volume.id = VolumeId("vol-1");
  volume.state = VolumeState::in_use;
  volume.size_gib = size_gib;
  volume.type = type;
  return volume;
}

VolumeChange change(const char* state, int target_gib) {
  return {.volume = VolumeId("vol-1"), .state = state, .message = {}, .target_gib = target_gib};
}

TEST(GrowthTest, EndsWhenTheRoomIsThere) {
  EXPECT_EQ(growth_of(of_size(16), nullptr, 16), Growth::done);
  for (const char* state : {"optimizing", "completed"}) {
    const VolumeChange last = change(state, 16);
    EXPECT_EQ(growth_of(of_size(16), &last, 16), Growth::done);
    EXPECT_EQ(growth_of(of_size(8), &last, 16), Growth::done) << "the volume shows late";
  }
}

TEST(GrowthTest, WaitsForAChangeThatHasNoEffectYet) {
  for (const int target : {12, 16}) {
    const VolumeChange last = change("modifying", target);
    EXPECT_EQ(growth_of(of_size(8), &last, 16), Growth::under_way);
    EXPECT_EQ(growth_of(of_size(16), &last, 16), Growth::under_way);
  }
}

TEST(GrowthTest, AsksWhereNoChangeIsInTheWay) {
  EXPECT_EQ(growth_of(of_size(8), nullptr, 16), Growth::needed);
  for (const VolumeChange& last : {change("completed", 8), change("failed", 16)}) {
    EXPECT_EQ(growth_of(of_size(8), &last, 16), Growth::needed);
  }
}

TEST(GrowthTest, RefusesWhatEc2Would) {
  const VolumeChange last = change("optimizing", 12);
  EXPECT_EQ(growth_of(of_size(12), &last, 16).error().code, Errc::wrong_state);
  EXPECT_EQ(growth_of(of_size(32), nullptr, 16).error().code, Errc::invalid);
  EXPECT_EQ(growth_of(of_size(8, "gp2"), nullptr, 16385).error().code, Errc::invalid);
  EXPECT_EQ(growth_of(of_size(8, "gp9"), nullptr, 16385), Growth::needed) << "a new type is EC2's";
  Volume broken = of_size(8);
  broken.state = VolumeState::error;
  EXPECT_EQ(growth_of(broken, nullptr, 16).error().code, Errc::wrong_state);
}

}  // namespace
}  // namespace ec2spotter
