// The two system calls of the boot program that no shell can make, for preboot images without
// kexec-tools.
#pragma once

#include "helper/syscalls.hpp"

namespace ec2spotter::helper {

inline long load(const char* kernel, const char* initrd, const char* command_line) {
  const long kernel_file = call(open, address(kernel));
  if (kernel_file < 0) return kernel_file;
  const long initrd_file = call(open, address(initrd));
  if (initrd_file < 0) return initrd_file;
  long size = 1;  // the kernel wants the final zero counted
  for (const char* c = command_line; *c != 0; ++c) ++size;
  return call(kexec_file_load, kernel_file, initrd_file, size, address(command_line), 0);
}

inline long restart() {
  constexpr long kMagic1 = 0xfee1dead;
  constexpr long kMagic2 = 672274793;
  constexpr long kIntoLoadedKernel = 0x45584543;
  return call(reboot, kMagic1, kMagic2, kIntoLoadedKernel);
}

}  // namespace ec2spotter::helper
