// What the status of a Spot request says of its instance.
#include "model/spot_status.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

TEST(SpotStatusTest, EachWordTellsWhatBecomesOfTheInstance) {
  for (const char* code : {"marked-for-termination", "marked-for-stop"}) {
    EXPECT_EQ(parse_spot_status(code), SpotStatus::marked) << code;
  }
  for (const char* code : {"instance-terminated-no-capacity", "instance-terminated-by-price",
                           "instance-terminated-by-user", "spot-instance-terminated-by-user"}) {
    EXPECT_EQ(parse_spot_status(code), SpotStatus::terminated) << code;
  }
  for (const char* code : {"instance-stopped-no-capacity", "instance-stopped-by-price"}) {
    EXPECT_EQ(parse_spot_status(code), SpotStatus::stopped_by_spot) << code;
  }
  EXPECT_EQ(parse_spot_status("instance-stopped-by-user"), SpotStatus::stopped_by_user);
}

TEST(SpotStatusTest, OtherWordsTellNothingOfTheInstance) {
  for (const char* code :
       {"", "fulfilled", "pending-evaluation", "capacity-not-available", "marked-for-levitation"}) {
    EXPECT_EQ(parse_spot_status(code), SpotStatus::other) << code;
  }
}

}  // namespace
}  // namespace ec2spotter
