#include "cli/host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace ec2spotter::cli {
namespace {

constexpr int kProbeMillis = 2000;

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool await(int fd, short events) {
  pollfd watched{.fd = fd, .events = events, .revents = 0};
  return ::poll(&watched, 1, kProbeMillis) == 1;
}

}  // namespace

SignalWaiter::SignalWaiter(const Clock& clock) : clock_(clock) {
  sigemptyset(&awaited_);
  sigaddset(&awaited_, SIGINT);
  sigaddset(&awaited_, SIGTERM);
  sigprocmask(SIG_BLOCK, &awaited_, &before_);
}

SignalWaiter::~SignalWaiter() {
  // What stop_asked has told of is taken here: it would end the process before its last words.
  const timespec at_once{};
  while (sigtimedwait(&awaited_, nullptr, &at_once) > 0) {
  }
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool SignalWaiter::wait_until(TimePoint until) {
  while (true) {
    const Duration left = std::max(Duration::zero(), until - clock_.now());
    const timespec timeout{.tv_sec = left.count() / 1000,
                           .tv_nsec = (left.count() % 1000) * 1'000'000};
    const int heard = sigtimedwait(&awaited_, nullptr, &timeout);
    if (heard > 0) return false;
    if (errno == EAGAIN) return true;
  }
}

bool SignalWaiter::stop_asked() const {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

bool SshProber::ssh_answers(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return false;
  const Socket socket;
  if (socket.fd() < 0) return false;
  const int started =
      ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (started != 0 && (errno != EINPROGRESS || !await(socket.fd(), POLLOUT))) return false;
  if (!await(socket.fd(), POLLIN)) return false;
  std::array<char, 4> greeting{};
  const ssize_t got = ::recv(socket.fd(), greeting.data(), greeting.size(), 0);
  return got == 4 && std::string_view(greeting.data(), 4) == "SSH-";
}

}  // namespace ec2spotter::cli
