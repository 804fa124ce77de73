// As PV-GRUB did on EC2: finds the kernel, initrd and command line that a disk boots. Reads its
// file systems from outside (grub-fstest), and writes nothing to it.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace ec2spotter::sim {

struct BootFiles {
  std::filesystem::path kernel;
  std::filesystem::path initrd;  // empty: none
  std::string arguments;
  std::string title;
};

// Copies kernel and initrd of the default entry of `disk` into `folder`. grub.cfg is looked for in
// grub/ and boot/grub/ (and grub2) of every file system, a separate /boot first; BLS entries where
// it refers to them or is missing. Errors: not_found when the disk has no boot entry, invalid when
// it cannot be understood, interrupted when the descriptor `cancel` became readable, io, timeout.
Result<BootFiles> read_boot_files(const std::filesystem::path& disk,
                                  const std::filesystem::path& folder, int cancel);

}  // namespace ec2spotter::sim
