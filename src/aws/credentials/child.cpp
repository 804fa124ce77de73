#include "aws/credentials/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

extern "C" {
#include <sys/pidfd.h>  // Debian 12's has no linkage for C++
}

extern "C" char** environ;  // NOLINT(readability-identifier-naming): POSIX's own name

namespace ec2spotter::aws {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = 64UL * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// Gives our group's terminal, if it has one, to the child's group, and takes it back at the end.
class Terminal {
 public:
  Terminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    ours_ = fd_.get() >= 0 && ::tcgetpgrp(fd_.get()) == ::getpgrp();
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (!ours_) return;
    // This signal stops a group that takes the terminal without having it.
    sigset_t stop, before;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTTOU);
    ::pthread_sigmask(SIG_BLOCK, &stop, &before);
    ::tcsetpgrp(fd_.get(), ::getpgrp());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  bool is_lent() const { return ours_; }
  void lend(posix_spawn_file_actions_t& actions) const {
    if (ours_) ::posix_spawn_file_actions_addtcsetpgrp_np(&actions, fd_.get());
  }

 private:
  Descriptor fd_;
  bool ours_ = false;
};

// True when there is something to read or to know before the deadline.
bool await(int fd, SteadyClock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) return false;
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// Reads until the end; false at the limit, at an error and at the deadline.
bool drain(int fd, SteadyClock::time_point deadline, std::string& output) {
  std::array<char, 4096> buffer{};
  while (output.size() < kMaxOutput) {
    if (!await(fd, deadline)) return false;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return false;
}

Result<pid_t> spawn(const std::vector<std::string>& arguments, int output,
                    const Terminal& terminal) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  terminal.lend(actions);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return fail(Errc::io, "cannot run " + arguments[0] + ": " + std::strerror(error));
  }
  return child;
}

}  // namespace

Result<ChildOutcome> run_child(const std::vector<std::string>& arguments, Duration limit) {
  const auto deadline = SteadyClock::now() + limit;
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io, std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  const Descriptor from_child(pipe[0]);
  Descriptor to_us(pipe[1]);
  const Terminal terminal;
  TRY(const pid_t child, spawn(arguments, to_us.get(), terminal));
  to_us.close();
  const Descriptor life(::pidfd_open(child, 0));
  ChildOutcome outcome;
  const bool done =
      drain(from_child.get(), deadline, outcome.output) && await(life.get(), deadline);
  // The child is not waited for yet, so that the number is still its group's.
  if (!done) ::kill(-child, SIGKILL);
  while (::waitpid(child, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  // A Ctrl-C at the terminal is meant for us as well.
  const bool interrupted = WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGINT;
  if (terminal.is_lent() && interrupted) ::raise(SIGINT);
  if (done) return outcome;
  return fail(Errc::timeout, arguments[0] + " did not end in time, or printed too much");
}

}  // namespace ec2spotter::aws
