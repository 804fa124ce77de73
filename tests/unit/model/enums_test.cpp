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

TEST(EnumsTest, TheNameOfATypeTellsItsArchitecture) {
  for (const char* type : {"t4g.small", "m6gd.large", "c7gn.xlarge", "is4gen.medium", "a1.medium",
                           "x2gd.metal", "g5g.xlarge", "im4gn.large"}) {
    EXPECT_EQ(architecture_of(type), Architecture::arm64) << type;
  }
  for (const char* type : {"t3.small", "m5.large", "g4dn.xlarge", "g5.xlarge", "c6i.large",
                           "u-6tb1.metal", "m7i-flex.large", "p4d.24xlarge"}) {
    EXPECT_EQ(architecture_of(type), Architecture::x86_64) << type;
  }
}

}  // namespace
}  // namespace ec2spotter
