// EC2's words for states, read and written, and those that EC2 adds later.
#include "model/enums.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

TEST(EnumsTest, EveryStateSurvivesItsTextForm) {
  for (int i = 0; i < static_cast<int>(InstanceState::unknown); ++i) {
    const auto state = static_cast<InstanceState>(i);
    EXPECT_EQ(parse_instance_state(to_string(state)), state);
  }
  for (int i = 0; i < static_cast<int>(VolumeState::unknown); ++i) {
    const auto state = static_cast<VolumeState>(i);
    EXPECT_EQ(parse_volume_state(to_string(state)), state);
  }
  for (int i = 0; i < static_cast<int>(AttachmentState::unknown); ++i) {
    const auto state = static_cast<AttachmentState>(i);
    EXPECT_EQ(parse_attachment_state(to_string(state)), state);
  }
}

TEST(EnumsTest, AWordThatEc2AddsLaterIsUnknown) {
  EXPECT_EQ(parse_instance_state("levitating"), InstanceState::unknown);
  EXPECT_EQ(parse_volume_state(""), VolumeState::unknown);
}

}  // namespace
}  // namespace ec2spotter
