// Whether this host can run guests on its own processor.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "sim/vm/qemu/platform.hpp"

namespace ec2spotter::sim {

// Boots a guest of one sector, whose program reaches 64-bit mode as a kernel does, and sees whether
// it runs: a /dev/kvm that opens is no proof, as a host that is a guest itself may have KVM but
// lack features that its processor shows. `scratch` is an existing folder. Errors: io.
Result<bool> accelerator_works(const Accelerator& accelerator,
                               const std::filesystem::path& scratch);

}  // namespace ec2spotter::sim
