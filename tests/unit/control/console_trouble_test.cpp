// The kernel's lines about a file system that it gives up.
#include "control/observe/console_trouble.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

const std::string kUp = "[   20.1] systemd[1]: Started\r\nec2spotter: root ok volume=vol-1\r\n";

TEST(ConsoleTroubleTest, NamesTheLineInWhichAFileSystemIsGivenUp) {
  const std::pair<const char*, const char*> lines[] = {
      {"[  991.500001] EXT4-fs (nvme1n1p1): Remounting filesystem read-only",
       "EXT4-fs (nvme1n1p1): Remounting filesystem read-only"},
      {"[  991.5] XFS (nvme1n1p4): Filesystem has been shut down due to log error (0x2).",
       "XFS (nvme1n1p4): Filesystem has been shut down due to log error (0x2)."},
      {"BTRFS info (device nvme1n1p2: state E): forced readonly",
       "BTRFS info (device nvme1n1p2: state E): forced readonly"}};
  for (const auto& [said, read] : lines) {
    EXPECT_EQ(read_console_trouble(kUp + said + "\r\nDebian login: "), read);
  }
}

TEST(ConsoleTroubleTest, WhatWasBeforeTheRootCameUpIsOver) {
  const std::string before = "EXT4-fs (vda1): Remounting filesystem read-only\r\n";
  EXPECT_EQ(read_console_trouble(before + kUp), "");
  EXPECT_EQ(read_console_trouble(before), "");
  EXPECT_EQ(read_console_trouble(kUp + before + kUp), "");
  EXPECT_EQ(read_console_trouble(""), "");
}

}  // namespace
}  // namespace ec2spotter
