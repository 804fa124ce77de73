// The two system calls of the boot program that no shell can make, for preboot images without
// kexec-tools:
//   helper load KERNEL INITRD COMMAND_LINE    kexec_file_load
//   helper kexec                              restart into the loaded kernel, at once
// The exit status is 0 or the kernel's errno. It is part of the user data, so it is freestanding:
// no library, a few hundred bytes.

#include "helper/syscalls.hpp"

namespace {

using namespace ec2spotter::helper;

constexpr long kInvalid = -22;

long load(const char* kernel, const char* initrd, const char* command_line) {
  const long kernel_file = call(open, address(kernel));
  if (kernel_file < 0) return kernel_file;
  const long initrd_file = call(open, address(initrd));
  if (initrd_file < 0) return initrd_file;
  long size = 1;  // the kernel wants the final zero counted
  for (const char* c = command_line; *c != 0; ++c) ++size;
  return call(kexec_file_load, kernel_file, initrd_file, size, address(command_line), 0);
}

long restart() {
  constexpr long kMagic1 = 0xfee1dead;
  constexpr long kMagic2 = 672274793;
  constexpr long kIntoLoadedKernel = 0x45584543;
  return call(reboot, kMagic1, kMagic2, kIntoLoadedKernel);
}

long run(long count, char** arguments) {
  if (count == 5 && arguments[1][0] == 'l') {
    return load(arguments[2], arguments[3], arguments[4]);
  }
  if (count == 2 && arguments[1][0] == 'k') return restart();
  return kInvalid;
}

}  // namespace

extern "C" [[noreturn]] __attribute__((used)) void helper_main(long* stack) {
  end(-run(stack[0], reinterpret_cast<char**>(stack + 1)));
}
