// What a machine file may ask of an instance type, and which types meet it.
#include "model/text/requirements.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

const InstanceType kSmall{.name = "t3.small", .vcpus = 2, .memory_mib = 2048, .markets = {}};

TEST(RangeTest, IsOneNumberARangeOrAnOpenOne) {
  EXPECT_EQ(parse_range("2", 1), (Range{.min = 2, .max = 2}));
  EXPECT_EQ(parse_range("2-4", 1), (Range{.min = 2, .max = 4}));
  EXPECT_EQ(parse_range("2-", 1), (Range{.min = 2, .max = {}}));
  EXPECT_EQ(parse_range("0-0", 1), (Range{.min = 0, .max = 0}));
  EXPECT_EQ(parse_range("0.5-3.75", 1024), (Range{.min = 512, .max = 3840}));
  EXPECT_EQ(parse_range("4-2", 1), (Range{.min = 4, .max = 2}));
  EXPECT_TRUE(parse_range("4-2", 1)->is_empty());
  for (const char* text : {"", "-", "-4", "2--4", "2-4-6", " 2", "2 - 4", "two", "1e3", "0x2",
                           "inf", "nan", "2-nan", "1000000", "0.3", "2,4"}) {
    EXPECT_FALSE(parse_range(text, 1)) << text;
  }
}

TEST(RequirementsTest, BothEndsOfARangeBelongToIt) {
  const auto fits = [](const char* vcpus, const char* memory_gib) {
    return fulfils(kSmall, {.vcpus = *parse_range(vcpus, 1),
                            .memory_mib = *parse_range(memory_gib, 1024),
                            .excluded = {}});
  };
  EXPECT_TRUE(fits("2", "2"));
  EXPECT_TRUE(fits("1-2", "2-4"));
  EXPECT_TRUE(fits("0-", "0-"));
  EXPECT_FALSE(fits("3-", "2"));
  EXPECT_FALSE(fits("1", "2"));
  EXPECT_FALSE(fits("2", "0-1.5"));
}

TEST(RequirementsTest, AStarInWhatIsExcludedStandsForAnyPart) {
  const auto excludes = [](const std::string& pattern) {
    const Range open{.min = 0, .max = {}};
    return !fulfils(kSmall, {.vcpus = open, .memory_mib = open, .excluded = {"c5.*", pattern}});
  };
  for (const char* pattern : {"t3.small", "t3.*", "t3*", "*.small", "t*.s*l", "*", "**3**"}) {
    EXPECT_TRUE(excludes(pattern)) << pattern;
  }
  for (const char* pattern : {"t3", "t3.", "t3.smaller", "t3a.*", "*.smal", "t3?small", ""}) {
    EXPECT_FALSE(excludes(pattern)) << pattern;
  }
}

TEST(RequirementsTest, AreSaidAsTheyWereWritten) {
  EXPECT_EQ(describe({.vcpus = {.min = 2, .max = 4},
                      .memory_mib = {.min = 512, .max = {}},
                      .architecture = Architecture::arm64,
                      .excluded = {"t4g.*", "a1.*"}}),
            "2-4 vCPUs, 0.5- GiB, arm64, without t4g.* a1.*");
  EXPECT_EQ(describe({.vcpus = {.min = 2, .max = 2},
                      .memory_mib = {.min = 4096, .max = 4096},
                      .excluded = {}}),
            "2 vCPUs, 4 GiB, x86_64");
}

}  // namespace
}  // namespace ec2spotter
