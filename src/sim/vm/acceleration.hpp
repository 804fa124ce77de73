// Whether this host can run guests on its own processor.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace ec2spotter::sim {

inline constexpr const char* kQemu = "qemu-system-x86_64";

// Boots a guest of one sector with QEMU's accelerator `name` (kvm, tcg) and sees whether it runs:
// a /dev/kvm that opens says nothing yet. `scratch` is an existing folder. Errors: io.
Result<bool> accelerator_works(const std::string& name, const std::filesystem::path& scratch);

}  // namespace ec2spotter::sim
