// The emulated computer for instances of each architecture.
#pragma once

#include "model/enums.hpp"

namespace ec2spotter::sim {

// What runs a guest's instructions, and the processor that the guest sees: QEMU's -accel and -cpu.
struct Accelerator {
  const char* name;
  const char* cpu;
};
inline constexpr Accelerator kKvm{"kvm", "host"};

struct Platform {
  const char* qemu;
  const char* package;  // Debian's, that has it
  const char* machine;  // QEMU's -machine
  Accelerator emulation;
  const char* firmware;          // a UEFI's file; nullptr: a kernel starts without one
  const char* firmware_package;  // likewise
  int disks_most;
  bool ports;  // each disk has a root port of its own; false: all are on the root bus
};

// The pc machine hot-plugs through ACPI, which the Debian cloud kernel answers at once. An emulated
// store into a page that holds translated code is slow, and a new kernel clears every page of the
// old one: without ERMS it does so with an eighth of the stores. It is no Intel processor, for
// which kernels would isolate their page tables, which is slow; it has all else that distributions
// need.
inline constexpr Platform kPc{.qemu = "qemu-system-x86_64",
                              .package = "qemu-system-x86",
                              .machine = "pc",
                              .emulation = {"tcg,thread=multi,tb-size=1024",
                                            "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+rdrand"},
                              .firmware = nullptr,
                              .firmware_package = nullptr,
                              .disks_most = 26,
                              .ports = false};

// Only a UEFI shows the SMBIOS tables by which guests recognise EC2, and disks can be plugged in
// only at ports of their own. A Cortex-A72 is Graviton 1's.
inline constexpr Platform kVirt{.qemu = "qemu-system-aarch64",
                                .package = "qemu-system-arm",
                                .machine = "virt,gic-version=3",
                                .emulation = {"tcg,thread=multi,tb-size=1024", "cortex-a72"},
                                .firmware = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
                                .firmware_package = "qemu-efi-aarch64",
                                .disks_most = 12,
                                .ports = true};

constexpr const Platform& platform_of(Architecture architecture) {
  return architecture == Architecture::arm64 ? kVirt : kPc;
}

}  // namespace ec2spotter::sim
