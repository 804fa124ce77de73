// Whether this host can run guests on its own processor.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace ec2spotter::sim {

inline constexpr const char* kQemu = "qemu-system-x86_64";

// What runs a guest's instructions, and the processor that the guest sees: QEMU's -accel and -cpu.
struct Accelerator {
  const char* name;
  const char* cpu;
};
inline constexpr Accelerator kKvm{"kvm", "host"};
// An emulated store into a page that holds translated code is slow, and a new kernel clears every
// page of the old one: without ERMS it does so with an eighth of the stores. No Intel, whose
// kernels would isolate their page tables at a price; as much else as distributions ask for.
inline constexpr Accelerator kEmulation{"tcg,thread=multi,tb-size=1024",
                                        "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+rdrand"};

// Boots a guest of one sector, whose program reaches 64-bit mode as a kernel does, and sees whether
// it runs: a /dev/kvm that opens says nothing yet, and a host that is a guest itself may have KVM
// and lack what its processor shows. `scratch` is an existing folder. Errors: io.
Result<bool> accelerator_works(const Accelerator& accelerator,
                               const std::filesystem::path& scratch);

}  // namespace ec2spotter::sim
