// What becomes of a fleet that EC2 refuses.
#include "control/act/create_fleet.hpp"

#include <gtest/gtest.h>

#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

class RefusingEc2 final : public SilentEc2 {
 public:
  Error error;
  Result<void> create_tags(const std::vector<std::string>&, const Tags&) override { return {}; }
  Result<void> create_launch_template(const aws::LaunchTemplateSpec&) override { return {}; }
  Result<FleetId> create_fleet(const aws::FleetSpec&) override { return fail(error); }
};

class CreateFleetTest : public testing::Test {
 protected:
  CreateFleetTest() {
    machine.name = MachineName("web");
    machine.owner = OwnerId("default");
    machine.image = "ami-1";
    machine.unattended = true;
    for (const char* type : {"c5.large", "c5.large-flex", "t3.small"}) {
      step.pools.push_back({type, "us-east-1a", Market::spot});
    }
    step.volume = VolumeId("vol-00000000000000001");
  }
  Result<void> create(Errc code, const std::string& api_code, const std::string& message) {
    ec2.error = {.code = code, .message = message, .api_code = api_code};
    return create_fleet(machine, step, {}, ec2, memory, kNow);
  }

  Machine machine;
  step::CreateFleet step;
  RefusingEc2 ec2;
  Memory memory;
};

TEST_F(CreateFleetTest, TheTypeThatEc2NamesIsLeftOutNextTime) {
  ASSERT_TRUE(create(Errc::invalid, "InvalidParameterValue",
                     "The specified instance type c5.large. is not valid for this image"));
  ASSERT_EQ(memory.closed_pools.size(), 1U);
  EXPECT_EQ(memory.closed_pools.begin()->first, step.pools[0]);
  EXPECT_TRUE(memory.fleet_made.empty());
}

TEST_F(CreateFleetTest, ARefusalThatNamesNoTypeIsTheFleets) {
  EXPECT_FALSE(create(Errc::invalid, "InvalidParameterValue", "the template is wrong"));
  EXPECT_FALSE(create(Errc::not_found, "InvalidAMIID.NotFound", "no image for t3.small"));
  EXPECT_TRUE(memory.closed_pools.empty());
}

}  // namespace
}  // namespace ec2spotter
