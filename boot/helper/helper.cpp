// What the boot program needs and no shell can do:
//   helper load KERNEL INITRD COMMAND_LINE    kexec_file_load
//   helper kexec                              restart into the loaded kernel, at once
//   helper /SCRIPT                            wait for EC2's notice; `guest` on volumes
// The exit status is 0 or the kernel's errno. It is part of the user data, so it is freestanding:
// no library, and one program for both uses, as each costs a hundred bytes before it does anything.
#include "helper/guest.hpp"
#include "helper/kexec.hpp"

namespace {

using namespace ec2spotter::helper;

constexpr long kInvalid = -22;

long run(long count, char** arguments) {
  if (count == 5 && arguments[1][0] == 'l') {
    return load(arguments[2], arguments[3], arguments[4]);
  }
  if (count != 2) return kInvalid;
  if (arguments[1][0] == 'k') return restart();
  if (arguments[1][0] == '/') watch(arguments[1], arguments + count + 1);
  return kInvalid;
}

}  // namespace

extern "C" [[noreturn]] __attribute__((used)) void helper_main(long* stack) {
  end(-run(stack[0], reinterpret_cast<char**>(stack + 1)));
}
