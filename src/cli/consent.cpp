#include "cli/consent.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace ec2spotter::cli {
namespace {

constexpr int kLookMs = 200;

// Signals are heard by the waiter alone, so that a plain read would not end with Ctrl-C.
Result<std::string> read_line(Waiter& waiter) {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  while (::poll(&input, 1, kLookMs) <= 0) {
    if (waiter.wait(Duration::zero())) continue;
    return fail(Errc::interrupted, "interrupted; nothing was done");
  }
  std::string line;
  std::getline(std::cin, line);
  return line;
}

}  // namespace

Result<void> ask_consent(const std::string& what, const std::string& name, bool yes,
                         Waiter& waiter) {
  if (!yes && (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)) {
    return fail(Errc::refused, what + "; add --yes to go on");
  }
  fmt::print(stderr, "ec2spotter: {}\n", what);
  if (yes) return {};
  fmt::print(stderr, "Type the machine's name to go on: ");
  std::fflush(stderr);
  TRY(const std::string answer, read_line(waiter));
  if (answer == name) return {};
  return fail(Errc::refused, "the answer is not '" + name + "'; nothing was done");
}

}  // namespace ec2spotter::cli
