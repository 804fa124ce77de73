// The key `tags` of a machine file.
#include <gtest/gtest.h>

#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

Result<Machine> with_tags(const std::string& tags) {
  return parse_machine_toml(
      "volume = \"web-root\"\nimage = \"ami-1\"\ntypes = [\"t3.small\"]\n" + tags, "web.toml",
      "web");
}

std::string problem_of(const std::string& tags) {
  const auto machine = with_tags(tags);
  return machine ? "none" : machine.error().message;
}

TEST(TagKeysTest, TheUsersTagsAreRead) {
  const auto machine = with_tags("[tags]\nteam = \"web\"\n\"cost center\" = \"\"\n");
  ASSERT_TRUE(machine) << machine.error().message;
  EXPECT_EQ(machine->tags, (Tags{{"team", "web"}, {"cost center", ""}}));
}

TEST(TagKeysTest, LengthsAreCountedInCharacters) {
  std::string umlauts;
  for (int i = 0; i < 128; ++i) umlauts += "\xc3\xbc";
  EXPECT_EQ(problem_of("[tags]\n\"" + umlauts + "\" = \"" + umlauts + umlauts + "\"\n"), "none");
  EXPECT_EQ(problem_of("[tags]\nteam = \"" + umlauts + umlauts + "x\"\n"),
            "web.toml:4: tags has a value of more than 256 characters for 'team'");
  EXPECT_NE(problem_of("[tags]\n\"" + umlauts + "x\" = \"\"\n").find("1 to 128 characters"),
            std::string::npos);
}

TEST(TagKeysTest, WhatCannotBeATagIsNamed) {
  EXPECT_EQ(problem_of("tags = [\"web\"]\n"),
            "web.toml:4: tags must be a table of strings: { team = \"web\" }");
  EXPECT_EQ(problem_of("tags = { team = 1 }\n"),
            "web.toml:4: tags must be a table of strings: { team = \"web\" }");
  EXPECT_EQ(problem_of("tags = { Name = \"x\" }\n"),
            "web.toml:4: tags has Name; use instance_name for it");
  EXPECT_EQ(problem_of("tags = { \"ec2spotter:goal\" = \"up\" }\n"),
            "web.toml:4: tags has 'ec2spotter:goal', which is one of our own tags");
  EXPECT_EQ(problem_of("tags = { \"aws:x\" = \"up\" }\n"),
            "web.toml:4: tags has 'aws:x', which only AWS may set");
  std::string many = "[tags]\n";
  for (int i = 0; i < 31; ++i) many += "t" + std::to_string(i) + " = \"\"\n";
  EXPECT_EQ(problem_of(many), "web.toml:4: tags has more than 30 tags; remove some");
}

}  // namespace
}  // namespace ec2spotter
