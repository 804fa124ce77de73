// The tables of a machine file for further regions.
#include "control/files/region_tables.hpp"

#include <gtest/gtest.h>

#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

constexpr const char* kBegin = R"(
region = "us-east-1"
volume = "web-root"
image = "ami-1"
types = ["t3.small", "m5.large"]
zones = ["us-east-1a", "us-east-1b"]
subnets = ["subnet-1", "subnet-2"]
security_groups = ["sg-1"]
elastic_ip = "127.0.0.9"
key_name = "me"
boot_limit = "15m"
)";

Result<Machine> parse(const std::string& tables, const std::string& begin = kBegin) {
  return parse_machine_toml(begin + tables, "web.toml", "web");
}

std::string refusal(const std::string& tables, const std::string& begin = kBegin) {
  const auto machine = parse(tables, begin);
  return machine ? "no error" : machine.error().message;
}

TEST(RegionTablesTest, WhatBelongsToTheFirstRegionDoesNotHoldInAnother) {
  const auto machine = parse("[regions.eu-west-1]\nimage = 'ami-2'\n");
  ASSERT_TRUE(machine) << machine.error().message;
  const Machine* there = machine_in(*machine, "eu-west-1");
  ASSERT_NE(there, nullptr);
  EXPECT_EQ(there->name, machine->name);
  EXPECT_EQ(there->region, "eu-west-1");
  EXPECT_EQ(there->image, "ami-2");
  EXPECT_TRUE(there->volume.empty()) << "the root is known by its tags there";
  EXPECT_TRUE(there->zones.empty());
  EXPECT_TRUE(there->subnets.empty());
  EXPECT_TRUE(there->security_groups.empty());
  EXPECT_EQ(there->elastic_ip, "");
  EXPECT_EQ(there->types, machine->types);
  EXPECT_EQ(there->key_name, "me");
  EXPECT_EQ(there->boot_limit, std::chrono::minutes(15));
}

TEST(RegionTablesTest, ATableSaysWhatIsDifferent) {
  const auto machine = parse(
      "[regions.eu-west-1]\nimage = 'ami-2'\ntypes = ['m5.large']\nelastic_ip = '127.0.0.7'\n"
      "zones = ['eu-west-1a']\nkms_key = 'arn:aws:kms:eu-west-1:1:key/k'\n"
      "[regions.ap-south-1]\nimage = 'ami-3'\nzone = 'ap-south-1b'\n");
  ASSERT_TRUE(machine) << machine.error().message;
  const Machine* there = machine_in(*machine, "eu-west-1");
  ASSERT_NE(there, nullptr);
  EXPECT_EQ(there->types, std::vector<std::string>{"m5.large"});
  EXPECT_EQ(there->elastic_ip, "127.0.0.7");
  EXPECT_EQ(there->kms_key, "arn:aws:kms:eu-west-1:1:key/k");
  ASSERT_NE(machine_in(*machine, "ap-south-1"), nullptr);
  EXPECT_EQ(machine_in(*machine, "ap-south-1")->zone, "ap-south-1b");
  EXPECT_EQ(machine_in(*machine, "eu-north-1"), nullptr);
  EXPECT_EQ(machine_in(*machine, "us-east-1"), &*machine);
}

TEST(RegionTablesTest, InEachRegionTheOthersAreKnown) {
  const auto machine =
      parse("[regions.eu-west-1]\nimage = 'ami-2'\n[regions.ap-south-1]\nimage = 'ami-3'\n");
  ASSERT_TRUE(machine);
  const auto all = in_all_regions(*machine);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].region, "us-east-1");
  for (const Machine& one : all) {
    for (const Machine& other : all) {
      const Machine* found = machine_in(one, other.region);
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->image, other.image);
    }
  }
}

TEST(RegionTablesTest, WhatIsWrongIsNamed) {
  const std::string table = "[regions.eu-west-1]\n";
  const struct {
    std::string tables, told;
  } kCases[] = {
      {table, "regions.eu-west-1: image is missing"},
      {table + "image = 'ami-2'\nzone = 'us-east-1a'\n", "is not in the region eu-west-1"},
      {table + "image = 'ami-2'\nzones = ['us-east-1a']\n", "[regions.us-east-1]"},
      {table + "image = 'ami-2'\nvolume = 'vol-2'\n", "volume holds in every region"},
      {table + "image = 'ami-2'\nimagee = 'a'\n", "did you mean 'image'"},
      {table + "image = 'ami-2'\nkms_key = 'arn:aws:kms:us-east-1:1:key/k'\n",
       "kms_key is a key of us-east-1, and this is eu-west-1"},
      {"[regions.us-east-1]\nimage = 'ami-2'\n", "the region that the file begins with"},
      {"[regions.europe]\nimage = 'ami-2'\n", "'europe' is not a region"},
      {"[regions.eu-west-1a]\nimage = 'ami-2'\n", "'eu-west-1a' is not a region"},
      {"regions = 'eu-west-1'\n", "must be tables"},
      {"[regions]\neu-west-1 = 'ami-2'\n", "must be a table"},
  };
  for (const auto& each : kCases) {
    EXPECT_NE(refusal(each.tables).find(each.told), std::string::npos)
        << each.tables << refusal(each.tables);
  }
  const std::string without = "volume='vol-1'\nimage='ami-1'\ntypes=['t3.small']\n";
  EXPECT_NE(refusal(table + "image = 'ami-2'\n", without).find("regions needs region"),
            std::string::npos);
}

}  // namespace
}  // namespace ec2spotter
