// The region that the name of a zone belongs to, and names that are no zone.
#include "model/text/zone.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

TEST(ZoneTest, TheRegionFollowsFromTheName) {
  const std::pair<const char*, const char*> kZones[] = {
      {"us-east-1a", "us-east-1"},
      {"cn-north-1b", "cn-north-1"},
      {"ap-southeast-1a", "ap-southeast-1"},
      {"us-gov-west-1c", "us-gov-west-1"},
      {"us-isob-east-1a", "us-isob-east-1"},
      {"eusc-de-east-1a", "eusc-de-east-1"},
      {"us-west-2-lax-1a", "us-west-2"},
      {"us-east-1-wl1-bos-wlz-1", "us-east-1"},
      {"ap-southeast-12b", "ap-southeast-12"},
  };
  for (const auto& [zone, region] : kZones) EXPECT_EQ(region_of_zone(zone), region) << zone;
}

TEST(ZoneTest, WhatIsNoZoneIsToldApart) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"use1-az1", "is a zone's id"},      {"usw2-lax1-az1", "is a zone's id"},
      {"us-east-1", "is a region"},        {"us-east", "is not the name of a zone"},
      {"US-EAST-1A", "is not the name"},   {"us-east-1ab", "is not the name of a zone"},
      {"us-east-1a-", "is not the name"},  {"us-west-2-lax", "is not the name of a zone"},
      {"us-west-2a-lax-1a", "is not the"}, {"us--1a", "is not the name of a zone"},
      {"1a", "is not the name of a zone"}, {"", "is not the name of a zone"},
      {"us-east-1a b", "is not the name"}, {"my zone", "is not the name of a zone"},
  };
  for (const auto& [zone, why] : kWrong) {
    const auto region = region_of_zone(zone);
    ASSERT_FALSE(region) << zone;
    EXPECT_EQ(region.error().code, Errc::invalid);
    EXPECT_NE(region.error().message.find(why), std::string::npos) << region.error().message;
    EXPECT_NE(region.error().message.find("such as us-east-1a"), std::string::npos);
  }
}

}  // namespace
}  // namespace ec2spotter
