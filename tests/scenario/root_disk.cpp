#include "root_disk.hpp"

#include <gtest/gtest.h>

#include "model/tags.hpp"

namespace ec2spotter::scenario {

bool alone_in_service(LocalEc2& ec2) {
  return ec2.living().size() == 1 && ec2.guests().ssh_answers(kAddress);
}

void expect_own_disk(LocalEc2& ec2) {
  EXPECT_TRUE(alone_in_service(ec2)) << ec2.story();
  EXPECT_EQ(ec2.violations(), std::vector<std::string>{});
  EXPECT_EQ(ec2.guests().losses(), std::vector<std::string>{});
  ASSERT_EQ(ec2.living().size(), 1U);
  const sim::Json body = ec2.living().front();
  ASSERT_EQ(body.at("blockDeviceMapping").size(), 1U);
  const sim::Json& disk = body.at("blockDeviceMapping").front();
  EXPECT_EQ(disk.at("deviceName"), body.at("rootDeviceName"));
  EXPECT_EQ(disk.at("ebs").at("volumeId"), kVolume);
  EXPECT_EQ(disk.at("ebs").at("deleteOnTermination"), false);
  EXPECT_EQ(ec2.resources("volume").size(), 1U) << "the image's disk is gone";
}

std::vector<sim::Json> kept_interfaces(LocalEc2& ec2) {
  std::vector<sim::Json> all = ec2.resources("network-interface");
  std::erase_if(all, [](const sim::Json& each) {
    return sim::tag_value(each, tag::kRole) != tag::kRoleInterface;
  });
  return all;
}

void watch_until_back(LocalEc2& ec2, const Machine& machine, const std::string& former) {
  ASSERT_TRUE(ec2.watch({machine}, [&](const Watch& watch) {
    return is_up(watch, machine) && ec2.holder(kVolume) != former && alone_in_service(ec2);
  })) << ec2.story();
}

}  // namespace ec2spotter::scenario
