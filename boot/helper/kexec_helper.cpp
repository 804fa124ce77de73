// The two system calls of the boot program that no shell can make, for preboot images without
// kexec-tools:
//   helper load KERNEL INITRD COMMAND_LINE    kexec_file_load
//   helper kexec                              restart into the loaded kernel, at once
// The exit status is 0 or the kernel's errno. It is part of the user data, so it is freestanding:
// no library, a few hundred bytes.

#if defined(__x86_64__)

namespace {

enum Call : long { open = 2, reboot = 169, exit_group = 231, kexec_file_load = 320 };

long call(Call number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  long result = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
               : "rcx", "r11", "memory");
  return result;
}

}  // namespace

asm(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call helper_main\n");

#elif defined(__aarch64__)

namespace {

enum Call : long { open = 56, reboot = 142, exit_group = 94, kexec_file_load = 294 };

long raw_call(long number, long a, long b, long c, long d, long e) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}

long call(Call number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  constexpr long kCurrentFolder = -100;  // arm64 has openat only
  if (number == open) return raw_call(number, kCurrentFolder, a, b, c, d);
  return raw_call(number, a, b, c, d, e);
}

}  // namespace

asm(".globl _start\n_start:\n mov x0, sp\n bl helper_main\n");

#else
#error "the kexec helper knows x86_64 and aarch64 only"
#endif

namespace {

constexpr long kInvalid = -22;

long address(const char* text) { return reinterpret_cast<long>(text); }

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
  call(exit_group, -run(stack[0], reinterpret_cast<char**>(stack + 1)));
  __builtin_unreachable();
}
