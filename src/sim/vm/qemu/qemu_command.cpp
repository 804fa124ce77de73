#include "sim/vm/qemu/qemu_command.hpp"

#include <fmt/format.h>

#include "base/sha256.hpp"
#include "sim/vm/network/guest_network.hpp"
#include "sim/vm/qemu/platform.hpp"

namespace ec2spotter::sim {
namespace {

// QEMU translates each process at another address again, page by page, which makes a kexec very
// slow.
constexpr const char* kEmulatedArguments = " norandmaps";

// While one emulated processor patches the kernel's code, another one may hang in it: seen with
// QEMU 7.2 in one of several hundred boots.
constexpr int kEmulatedVcpus = 1;

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

// QEMU's options are separated by commas; a doubled one stands for itself.
std::string escaped(const std::string& value) {
  std::string text;
  for (const char c : value) text += c == ',' ? std::string(",,") : std::string(1, c);
  return text;
}

// For libslirp, which splits the command of a guestfwd as a shell would.
std::string shell_quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

Words identity(const BodySpec& spec) {
  const std::string uuid = smbios_uuid(spec.instance_id);
  return {"-smbios",
          "type=0,vendor=Amazon EC2,version=1.0",
          "-smbios",
          fmt::format("type=1,manufacturer=Amazon EC2,product={},uuid={},serial={}",
                      escaped(spec.instance_type), uuid, uuid),
          "-smbios",
          fmt::format("type=2,manufacturer=Amazon EC2,asset={}", spec.instance_id),
          "-smbios",
          "type=3,manufacturer=Amazon EC2,asset=Amazon EC2"};
}

// The options that differ between platforms. The console is the guest's ttyS0, as on EC2.
Words hardware(const Platform& platform) {
  if (platform.firmware == nullptr) return {"-serial", "chardev:console"};
  Words words{"-bios", platform.firmware, "-device", "pci-serial,chardev=console"};
  for (int port = 1; platform.ports && port <= platform.disks_most; ++port) {
    append(words, {"-device", fmt::format("pcie-root-port,id=port{},chassis={}", port, port)});
  }
  return words;
}

Result<Words> network(const QemuOptions& options) {
  TRY(const GuestNetwork plan, guest_network(options.spec.private_ip));
  std::string relay;
  for (const std::string& word : options.relay_command) {
    relay += (relay.empty() ? "" : " ") + shell_quoted(word);
  }
  return Words{"-netdev",
               fmt::format("user,id=net,ipv6=off,net={},host={},dns={},dhcpstart={},"
                           "hostfwd=tcp:127.0.0.1:0-:22,guestfwd=tcp:169.254.169.254:80-cmd:{}",
                           plan.network, plan.router, plan.resolver, options.spec.private_ip,
                           escaped(relay)),
               "-device", "virtio-net-pci,netdev=net,romfile=,mac=" + options.spec.mac};
}

}  // namespace

Result<std::vector<std::string>> qemu_command(const QemuOptions& options) {
  const BodySpec& spec = options.spec;
  const Platform& platform = platform_of(spec.architecture);
  const Accelerator& accelerator = options.kvm ? kKvm : platform.emulation;
  Words words{platform.qemu,
              "-name",
              escaped(spec.instance_id),
              "-nodefaults",
              "-no-user-config",
              "-display",
              "none",
              "-machine",
              platform.machine,
              "-rtc",
              "base=utc",
              "-accel",
              accelerator.name,
              "-cpu",
              accelerator.cpu,
              "-smp",
              std::to_string(options.kvm ? spec.vcpus : kEmulatedVcpus),
              "-m",
              std::to_string(spec.memory_mib),
              "-action",
              "reboot=shutdown"};
  append(words, {"-kernel", options.boot.kernel.string(), "-append",
                 options.boot.arguments + (options.kvm ? "" : kEmulatedArguments)});
  if (!options.boot.initrd.empty()) append(words, {"-initrd", options.boot.initrd.string()});
  append(words,
         {"-chardev", "file,id=console,append=on,path=" + escaped(options.console.string())});
  append(words, hardware(platform));
  append(words, {"-chardev", fmt::format("socket,id=qmp,fd={}", options.qmp_fd), "-mon",
                 "chardev=qmp,mode=control"});
  append(words, {"-device", "virtio-rng-pci"});
  append(words, identity(spec));
  TRY(const Words net, network(options));
  append(words, net);
  for (const QemuDisk& disk : options.disks) {
    append(words, {"-blockdev", blockdev_of(disk).dump(), "-device", device_of(disk).dump()});
  }
  return words;
}

nlohmann::json blockdev_of(const QemuDisk& disk) {
  // Without O_DIRECT a write that is complete for the guest is in the host's page cache: it
  // survives the end of QEMU, and a flush of the guest reaches the host's disk.
  return {{"driver", "raw"},
          {"node-name", disk.name},
          {"discard", "unmap"},
          {"file", {{"driver", "file"}, {"filename", disk.file.string()}, {"discard", "unmap"}}}};
}

nlohmann::json device_of(const QemuDisk& disk) {
  std::string serial;
  for (const char c : disk.volume_id) {
    if (c != '-') serial += c;
  }
  nlohmann::json device{
      {"driver", "nvme"}, {"id", disk.name}, {"drive", disk.name}, {"serial", serial}};
  if (disk.port != 0) device["bus"] = fmt::format("port{}", disk.port);
  return device;
}

std::string smbios_uuid(const std::string& instance_id) {
  const std::string hex = "ec2" + sha256_hex(instance_id).substr(0, 29);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

}  // namespace ec2spotter::sim
