#include "control/boot_report.hpp"

#include <gtest/gtest.h>

namespace ec2spotter {
namespace {

TEST(BootReportTest, TheLastStageOnTheConsoleCounts) {
  const BootReport report = read_boot_report(
      "[    1.0] Linux\r\necspotter\nec2spotter: identify ok instance=i-1\r\n"
      "noise\r\nec2spotter: find start volume=vol-1\r\n[ 9.0] nvme\r\n");
  EXPECT_EQ(report.stage, "find");
  EXPECT_EQ(report.result, "start");
  EXPECT_FALSE(report.failed());
}

TEST(BootReportTest, AFailureNamesItsReason) {
  const BootReport report =
      read_boot_report("x ec2spotter: check fail reason=no_system no os-release found\n");
  EXPECT_TRUE(report.failed());
  EXPECT_EQ(report.reason, "no_system");
  EXPECT_EQ(report.detail, "no os-release found");
}

TEST(BootReportTest, WordsOfOthersAreNotTakenForOurs) {
  EXPECT_EQ(read_boot_report(""), BootReport{});
  EXPECT_EQ(read_boot_report("ec2spotter: dance ok\nec2spotter: \nec2spotter: root"), BootReport{});
  EXPECT_EQ(read_boot_report("ec2spotter: root ok volume=vol-1\nec2spotter: nonsense\n").stage,
            "root");
}

}  // namespace
}  // namespace ec2spotter
