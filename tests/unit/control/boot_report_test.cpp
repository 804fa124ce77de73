// What the boot program's lines on a console tell.
#include "control/observe/boot_report.hpp"

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

TEST(BootReportTest, AStageAtWorkTellsForHowLong) {
  BootReport report = read_boot_report(
      "ec2spotter: check start disk=nvme1n1\n"
      "ec2spotter: check busy seconds=60 doing=\"e2fsck /dev/nvme1n1p1\"\n"
      "[ 99.0] ec2spotter: check busy seconds=120 doing=\"e2fsck /dev/nvme1n1p1\"\r\n");
  EXPECT_EQ(report.stage, "check");
  EXPECT_EQ(report.result, "busy");
  EXPECT_EQ(report.at_work, std::chrono::seconds(120));
  EXPECT_FALSE(report.failed());
  EXPECT_TRUE(report.in_preboot());
  report = read_boot_report("ec2spotter: find wait seconds=45\n");
  EXPECT_EQ(report.result, "wait");
  EXPECT_EQ(report.at_work, std::chrono::seconds(45));
  for (const char* line : {"ec2spotter: check busy\n", "ec2spotter: check busy seconds=\n",
                           "ec2spotter: attach wait text=\"seconds=9\"\n",
                           "ec2spotter: check busy seconds=99999999999999999999\n",
                           "ec2spotter: check ok seconds=9\n"}) {
    EXPECT_EQ(read_boot_report(line).at_work, std::chrono::seconds(0)) << line;
  }
}

TEST(BootReportTest, TheFirmwareThatStartsTheVolumesDiskIsToldInAllCases) {
  using Names = std::vector<std::string>;
  const auto firmware = [](const std::string& words, const std::string& end) {
    return read_boot_report(
               "ec2spotter: identify start visit=1\n[ 2.0] ec2spotter: check start "
               "disk=nvme1n1" +
               words + "\r\n" + end)
        .firmware;
  };
  for (const char* end : {"", "ec2spotter: check fail reason=lvm text=\"x\"\n",
                          "ec2spotter: check ok root=disk\nec2spotter: enter fail reason=menu\n"}) {
    EXPECT_EQ(firmware(" firmware=bios,uefi", end), (Names{"bios", "uefi"}));
    EXPECT_EQ(firmware(" firmware=none", end), Names{"none"});
    EXPECT_EQ(firmware("", end), Names{});
  }
  EXPECT_EQ(firmware(" firmware=bios", "ec2spotter: identify start visit=2\n"), Names{})
      << "the volume may have changed meanwhile";
}

TEST(BootReportTest, ARestartThatEndedInThePrebootSystemIsSeen) {
  std::string console =
      "ec2spotter: identify start visit=1\nec2spotter: adopt ok\nec2spotter: enter ok "
      "engine=kexec\n";
  EXPECT_FALSE(read_boot_report(console).in_preboot()) << "it is being entered";
  console += "ec2spotter: root ok volume=vol-1 engine=kexec\n";
  EXPECT_FALSE(read_boot_report(console).in_preboot());
  EXPECT_EQ(read_boot_report(console).visit, 1);
  console += "ec2spotter: identify start visit=2\nec2spotter: find start volume=vol-1\n";
  EXPECT_TRUE(read_boot_report(console).in_preboot());
  EXPECT_EQ(read_boot_report(console).visit, 2);
  EXPECT_FALSE(read_boot_report(console).stays);
  console += "ec2spotter: check fail reason=fsck text=\"x\"\nec2spotter: preboot stays visit=2\n";
  EXPECT_TRUE(read_boot_report(console).stays);
  EXPECT_TRUE(read_boot_report(console).in_preboot());
  EXPECT_EQ(read_boot_report(console).stage, "check");
  EXPECT_EQ(read_boot_report(console).reason, "fsck");
  EXPECT_FALSE(
      read_boot_report(console + "ec2spotter: enter start engine=pivot by=shim\n").in_preboot())
      << "somebody has restarted it";
  console += "ec2spotter: identify start visit=3\n";
  EXPECT_FALSE(read_boot_report(console).stays);
  EXPECT_EQ(read_boot_report(console).visit, 3);
  EXPECT_EQ(read_boot_report("nothing"), BootReport{});
}

TEST(BootReportTest, AVolumeThatCannotSayThatItIsUpIsTold) {
  const std::string boot = "ec2spotter: identify start visit=1\nec2spotter: adopt ok";
  EXPECT_FALSE(read_boot_report(boot + "\nec2spotter: enter ok engine=kexec\n").mute);
  EXPECT_TRUE(read_boot_report(boot + " undone=write mute=true text=\"/dev/x 100%\"\n"
                                      "ec2spotter: enter ok engine=kexec\n")
                  .mute);
  EXPECT_FALSE(read_boot_report(boot + " mute=true\nec2spotter: identify start visit=2\n").mute);
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

TEST(BootReportTest, NetworkSettingsForOtherNamesOfTheInterfaceAreNamed) {
  using Names = std::vector<std::string>;
  const std::string boot =
      "ec2spotter: identify start\n"
      "ec2spotter: check ok root=nvme1n1p1 pinned=/etc/a "
      "unmatched=/etc/network/interfaces,/etc/b\r\n";
  EXPECT_EQ(read_unmatched_network(boot), (Names{"/etc/network/interfaces", "/etc/b"}));
  EXPECT_EQ(read_pinned_network(boot), Names{"/etc/a"});
  EXPECT_EQ(read_foreign_parts(boot + "ec2spotter: root ok volume=vol-1 engine=kexec\n"), Names{});
  EXPECT_EQ(read_foreign_parts(
                boot + "ec2spotter: root ok volume=vol-1 engine=pivot foreign=/boot,/boot/efi\n"),
            (Names{"/boot", "/boot/efi"}));
  EXPECT_EQ(read_unmatched_network(boot + "ec2spotter: identify start\n"), Names{});
}

}  // namespace
}  // namespace ec2spotter
