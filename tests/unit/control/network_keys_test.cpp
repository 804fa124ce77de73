// The keys of a machine file about its network.
#include <gtest/gtest.h>

#include "control/files/machine_file.hpp"

namespace ec2spotter {
namespace {

Result<Machine> read(const std::string& lines) {
  return parse_machine_toml("volume='vol-1'\nimage='ami-1'\ntypes=['t3.small']\n" + lines,
                            "web.toml", "web");
}

TEST(NetworkKeysTest, TheDefaultIsAnyAddress) {
  EXPECT_FALSE(read("")->keeps_private_ip);
  EXPECT_FALSE(read("private_ip='any'")->keeps_private_ip);
  EXPECT_TRUE(read("private_ip='keep'")->keeps_private_ip);
  EXPECT_TRUE(read("private_ip='keep'\nzones='any'\non_unhealthy='restart'")->keeps_private_ip);
}

TEST(NetworkKeysTest, WhatContradictsAKeptAddressIsRefusedByName) {
  const std::pair<const char*, const char*> wrong[] = {
      {"private_ip='fixed'", "private_ip must be"},
      {"private_ip=true", "private_ip must be"},
      {"private_ip='keep'\nunattended=true", "unattended"},
      {"private_ip='keep'\non_unhealthy='replace'", "on_unhealthy"},
      {"private_ip='keep'\nmarkets=['spot','on-demand']\nreturn_to_spot='always'",
       "return_to_spot"}};
  for (const auto& [lines, named] : wrong) {
    const auto machine = read(lines);
    ASSERT_FALSE(machine) << lines;
    EXPECT_EQ(machine.error().code, Errc::invalid);
    EXPECT_NE(machine.error().message.find(named), std::string::npos) << machine.error().message;
  }
}

}  // namespace
}  // namespace ec2spotter
