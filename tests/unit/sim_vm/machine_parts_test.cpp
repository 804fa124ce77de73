// The small parts around QEMU: address plan, identity, command line, processes, acceleration.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>

#include "sim/net/sockets.hpp"
#include "sim/vm/network/guest_network.hpp"
#include "sim/vm/qemu/acceleration.hpp"
#include "sim/vm/qemu/platform.hpp"
#include "sim/vm/qemu/process.hpp"
#include "sim/vm/qemu/qemu_command.hpp"
#include "support.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

TEST(GuestNetworkTest, HoldsThePrivateAddressAndTheMetadataService) {
  EXPECT_EQ(*guest_network("172.31.16.10"),
            (GuestNetwork{"168.0.0.0/5", "172.31.16.1", "172.31.16.2"}));
  EXPECT_EQ(guest_network("10.0.0.5")->network, "0.0.0.0/0");
  EXPECT_EQ(guest_network("169.254.1.9")->network, "169.254.0.0/16");
  EXPECT_EQ(guest_network("here").error().code, Errc::invalid);
}

TEST(QemuCommandTest, TheUuidSaysEc2AndStaysTheSame) {
  const std::string uuid = smbios_uuid("i-0123456789abcdef0");

  EXPECT_TRUE(uuid.starts_with("ec2")) << uuid;
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid, smbios_uuid("i-0123456789abcdef0"));
  EXPECT_NE(uuid, smbios_uuid("i-0123456789abcdef1"));
}

TEST(QemuCommandTest, TheSerialIsTheVolumeIdWithoutTheDash) {
  const QemuDisk disk{.name = "disk1", .volume_id = "vol-0123456789abcdef0", .file = "/v.raw"};
  EXPECT_EQ(device_of(disk)["serial"], "vol0123456789abcdef0");
  EXPECT_FALSE(device_of(disk).contains("bus"));
}

TEST(QemuCommandTest, CommasInPathsDoNotBecomeOptions) {
  QemuOptions options;
  options.spec.private_ip = "172.31.0.10";
  options.console = "/a,b";
  options.relay_command = {"/p,q/it's", "80"};
  const auto command = qemu_command(options);
  ASSERT_TRUE(command);
  const auto has = [&](const std::string& part) {
    return std::any_of(command->begin(), command->end(), [&](const std::string& word) {
      return word.find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(has("path=/a,,b"));
  EXPECT_TRUE(has("-cmd:'/p,,q/it'\\''s' '80'"));
}

TEST(QemuCommandTest, OnlyOnKvmIsThereMoreThanOneProcessor) {
  QemuOptions options;
  options.spec.private_ip = "172.31.0.10";
  options.spec.vcpus = 2;
  const auto processors = [&] {
    const auto command = qemu_command(options);
    EXPECT_TRUE(command);
    return *(std::find(command->begin(), command->end(), "-smp") + 1);
  };
  EXPECT_EQ(processors(), "1");
  options.kvm = true;
  EXPECT_EQ(processors(), "2");
}

// Debian's arm64 systems learn from SMBIOS, which takes a UEFI, that they are on EC2.
TEST(QemuCommandTest, AnArm64BodyHasFirmwareAndPortsForItsDisks) {
  QemuOptions options;
  options.spec.private_ip = "172.31.0.10";
  options.spec.architecture = Architecture::arm64;
  options.disks = {{.name = "disk1", .volume_id = "vol-1", .file = "/v.raw", .port = 3}};
  const auto command = qemu_command(options);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->front(), "qemu-system-aarch64");
  const auto count = [&](const std::string& part) {
    return std::count_if(command->begin(), command->end(), [&](const std::string& word) {
      return word.find(part) != std::string::npos;
    });
  };
  EXPECT_EQ(count("-bios"), 1);
  EXPECT_EQ(count("pci-serial,chardev=console"), 1);
  EXPECT_EQ(count("pcie-root-port,"), kVirt.disks_most);
  EXPECT_EQ(count(R"("bus":"port3")"), 1);
}

TEST(ProcessTest, AToolGivesItsOutputOrSaysWhyNot) {
  EXPECT_EQ(*run_tool({"sh", "-c", "echo out; echo err >&2"}, 10s, -1), "out\n");

  const auto failed = run_tool({"sh", "-c", "echo reason >&2; exit 3"}, 10s, -1);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "sh ended with 3: reason");

  const auto missing = run_tool({"no-such-program-here"}, 10s, -1);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "no-such-program-here cannot be started: No such file or directory");
}

TEST(ProcessTest, AToolIsGivenUpAtItsDeadlineAndWhenCancelled) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(run_tool({"sleep", "60"}, 50ms, -1).error().code, Errc::timeout);

  const Wakeup cancel;
  cancel.ring();
  EXPECT_EQ(run_tool({"sleep", "60"}, 60s, cancel.fd()).error().code, Errc::interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST(ProcessTest, AChildEndsWithItsOwner) {
  TemporaryFolder folder;
  int pidfd = -1;
  {
    auto child = Child::spawn({.command = {"sleep", "60"}});
    ASSERT_TRUE(child);
    pidfd = ::dup(child->pidfd());
    EXPECT_FALSE(child->wait(Deadline(0ms)));
  }
  const Fd ended(pidfd);
  EXPECT_NE(::syscall(SYS_pidfd_send_signal, ended.get(), 0, nullptr, 0), 0);
}

// The probe itself is proved with the accelerator that works everywhere.
TEST(AccelerationTest, SeesWhetherAGuestRuns) {
  TemporaryFolder folder;
  const auto emulated = accelerator_works(kPc.emulation, folder.path());
  ASSERT_TRUE(emulated);
  EXPECT_TRUE(*emulated);
  // One that starts guests, but not with the processor that ours get.
  for (const Accelerator& broken : {Accelerator{"no-such-accelerator", kPc.emulation.cpu},
                                    Accelerator{kPc.emulation.name, "no-such-processor"}}) {
    const auto works = accelerator_works(broken, folder.path());
    ASSERT_TRUE(works);
    EXPECT_FALSE(*works) << broken.name << " " << broken.cpu;
  }
}

}  // namespace
}  // namespace ec2spotter::sim
