#include "sim/vm/qemu/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace ec2spotter::sim {
namespace {

constexpr int kInheritedFd = 3;
constexpr std::size_t kOutputMost = 4UL * 1024 * 1024;

struct Prepared {
  std::vector<char*> argv;
  int null = -1;
  int output = -1;
  int errors = -1;
  int inherited = -1;
  int report = -1;  // errno goes here when exec fails
  pid_t parent = 0;
};

[[noreturn]] void report_and_exit(int fd) {
  const int error = errno;
  static_cast<void>(!::write(fd, &error, sizeof error));
  ::_exit(127);
}

// Runs in the child of a program with threads: only async-signal-safe calls.
[[noreturn]] void become(const Prepared& prepared) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(127);
  // All sources have higher numbers than the targets, so that none is overwritten.
  if (::dup2(prepared.null, STDIN_FILENO) < 0 || ::dup2(prepared.output, STDOUT_FILENO) < 0 ||
      ::dup2(prepared.errors, STDERR_FILENO) < 0) {
    report_and_exit(prepared.report);
  }
  if (prepared.inherited >= 0) ::dup2(prepared.inherited, kInheritedFd);
  const unsigned first_unwanted = prepared.inherited >= 0 ? kInheritedFd + 1 : kInheritedFd;
  ::close_range(first_unwanted, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execvp(prepared.argv[0], prepared.argv.data());
  report_and_exit(prepared.report);
}

Fd duplicate_high(int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 16)); }

Error system_error(const std::string& what) {
  return {.code = Errc::io, .message = what + ": " + std::strerror(errno)};
}

int exit_code_of(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

}  // namespace

Result<Child> Child::spawn(const SpawnOptions& options) {
  const Fd opened(::open("/dev/null", O_RDWR | O_CLOEXEC));
  std::array<int, 2> ends{};
  if (!opened || ::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("pipe"));
  const Fd failure(ends[0]);
  Fd failing(ends[1]);
  const Fd null = duplicate_high(opened.get());
  Fd report = duplicate_high(failing.get());
  const Fd output = duplicate_high(options.output >= 0 ? options.output : opened.get());
  const Fd errors = duplicate_high(options.errors >= 0 ? options.errors : opened.get());
  Fd inherited;
  if (options.inherited >= 0) inherited = duplicate_high(options.inherited);
  Prepared prepared{.argv = {},
                    .null = null.get(),
                    .output = output.get(),
                    .errors = errors.get(),
                    .inherited = inherited.get(),
                    .report = report.get(),
                    .parent = ::getpid()};
  for (const std::string& word : options.command) {
    prepared.argv.push_back(const_cast<char*>(word.c_str()));
  }
  prepared.argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(system_error("fork"));
  if (pid == 0) become(prepared);
  Child child{Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))};
  failing.close();
  report.close();
  int error = 0;
  if (::read(failure.get(), &error, sizeof error) == sizeof error) {
    return fail(Errc::io, fmt::format("{} cannot be started: {}", options.command.front(),
                                      std::strerror(error)));
  }
  return child;
}

Child::~Child() {
  if (!pidfd_ || exit_code_) return;
  kill();
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) != 0 &&
         errno == EINTR) {
  }
}

void Child::kill() {
  // By number: Debian 12's <sys/pidfd.h> declares the functions for C only.
  if (pidfd_ && !exit_code_) {
    ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  }
}

std::optional<int> Child::wait(const Deadline& deadline, int cancel) {
  if (exit_code_) return exit_code_;
  std::array<pollfd, 2> polled{pollfd{pidfd_.get(), POLLIN, 0}, pollfd{cancel, POLLIN, 0}};
  while (::poll(polled.data(), polled.size(), deadline.left_ms()) < 0 && errno == EINTR) {
  }
  if (polled[0].revents == 0) return std::nullopt;
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) != 0) return std::nullopt;
  exit_code_ = exit_code_of(info);
  return exit_code_;
}

namespace {

// Everything until both ends of file. `texts` gets standard output and standard error.
Result<void> read_both(std::array<Fd, 2>& ends, std::array<std::string, 2>& texts,
                       const Deadline& deadline, int cancel) {
  std::array<char, 65536> buffer{};
  while (ends[0] || ends[1]) {
    std::array<pollfd, 3> polled{pollfd{ends[0].get(), POLLIN, 0}, pollfd{ends[1].get(), POLLIN, 0},
                                 pollfd{cancel, POLLIN, 0}};
    const int ready = ::poll(polled.data(), polled.size(), deadline.left_ms());
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return fail(Errc::timeout, "took too long");
    if (polled[2].revents != 0) return fail(Errc::interrupted, "given up");
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (polled[i].revents == 0) continue;
      const ssize_t got = ::read(ends[i].get(), buffer.data(), buffer.size());
      if (got <= 0) {
        ends[i].close();
      } else if (texts[i].size() < kOutputMost) {
        texts[i].append(buffer.data(), static_cast<std::size_t>(got));
      }
    }
  }
  return {};
}

}  // namespace

Result<std::string> run_tool(const std::vector<std::string>& command, Duration timeout,
                             int cancel) {
  const Deadline deadline(timeout);
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return fail(system_error("pipe"));
  std::array<Fd, 2> reading{Fd(out[0]), Fd()};
  Fd out_writing(out[1]);
  if (::pipe2(err.data(), O_CLOEXEC) != 0) return fail(system_error("pipe"));
  reading[1] = Fd(err[0]);
  Fd err_writing(err[1]);
  TRY(Child child, Child::spawn({.command = command,
                                 .output = out_writing.get(),
                                 .errors = err_writing.get(),
                                 .inherited = -1}));
  out_writing.close();
  err_writing.close();
  std::array<std::string, 2> texts;
  if (auto read = read_both(reading, texts, deadline, cancel); !read) {
    return fail(with_context(std::move(read).error(), command.front()));
  }
  const auto code = child.wait(deadline, cancel);
  if (!code) return fail(Errc::timeout, command.front() + " took too long");
  if (*code != 0) {
    while (texts[1].ends_with('\n')) texts[1].pop_back();
    return fail(Errc::io, fmt::format("{} ended with {}: {}", command.front(), *code, texts[1]));
  }
  return std::move(texts[0]);
}

}  // namespace ec2spotter::sim
