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

TEST(BootReportTest, NetworkSettingsForAnotherMacAddressAreNamedUntilTheyAreMadeTheBodys) {
  using Names = std::vector<std::string>;
  const std::string boot =
      "ec2spotter: identify start\n"
      "[ 9.1] ec2spotter: check ok root=nvme1n1p1 type=ext4 pinned=/etc/netplan/a.yaml,/etc/b\r\n";
  EXPECT_EQ(read_pinned_network(boot), (Names{"/etc/netplan/a.yaml", "/etc/b"}));
  EXPECT_EQ(read_pinned_network(boot + "ec2spotter: adopt ok loosened=/etc/b\nnoise"),
            Names{"/etc/netplan/a.yaml"});
  EXPECT_EQ(read_pinned_network(boot + "ec2spotter: identify start\n"), Names{});
  EXPECT_EQ(read_pinned_network("ec2spotter: check ok root=nvme1n1p1\n pinned=/etc/a"), Names{});
  EXPECT_EQ(read_pinned_network(""), Names{});
}

}  // namespace
}  // namespace ec2spotter
