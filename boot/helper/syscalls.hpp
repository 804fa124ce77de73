// System calls and a beginning for programs without a library: the helpers that stand in the user
// data, where each hundred bytes count. Each program defines helper_main.
#pragma once

namespace ec2spotter::helper {

#if defined(__x86_64__)

enum Call : long {
  read = 0,
  write = 1,
  open = 2,
  close = 3,
  nanosleep = 35,
  socket = 41,
  connect = 42,
  setsockopt = 54,
  clone = 56,
  execve = 59,
  wait4 = 61,
  reboot = 169,
  exit_group = 231,
  kexec_file_load = 320
};

inline long call(Call number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  long result = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
               : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

enum Call : long {
  open = 56,
  close = 57,
  read = 63,
  write = 64,
  exit_group = 94,
  nanosleep = 101,
  reboot = 142,
  socket = 198,
  connect = 203,
  setsockopt = 208,
  clone = 220,
  execve = 221,
  wait4 = 260,
  kexec_file_load = 294
};

inline long raw_call(long number, long a, long b, long c, long d, long e) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}

inline long call(Call number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  constexpr long kCurrentFolder = -100;  // arm64 has openat only
  if (number == open) return raw_call(number, kCurrentFolder, a, b, c, d);
  return raw_call(number, a, b, c, d, e);
}

#else
#error "the helpers know x86_64 and aarch64 only"
#endif

inline long address(const void* pointer) { return reinterpret_cast<long>(pointer); }

[[noreturn]] inline void end(long status) {
  call(exit_group, status);
  __builtin_unreachable();
}

}  // namespace ec2spotter::helper

// `stack`: the number of arguments, then the arguments, a null, the environment, a null.
extern "C" [[noreturn]] void helper_main(long* stack);

#if defined(__x86_64__)
asm(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call helper_main\n");
#elif defined(__aarch64__)
asm(".globl _start\n_start:\n mov x0, sp\n bl helper_main\n");
#endif
