#include "cli/host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace ec2spotter::cli {
namespace {

constexpr std::chrono::milliseconds kProbeTime{2000};

constexpr std::size_t kProbesAtOnce = 256;

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Starts to connect; false when that fails at once.
bool start(const Socket& socket, const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(endpoint.port));
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) return false;
  const int started =
      ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return started == 0 || errno == EINPROGRESS;
}

bool greets(int fd) {
  std::array<char, 4> greeting{};
  const ssize_t got = ::recv(fd, greeting.data(), greeting.size(), 0);
  return got == 4 && std::string_view(greeting.data(), 4) == "SSH-";
}

// The answers of some endpoints; poll ignores a descriptor of -1, which marks those settled.
std::vector<bool> ask(const Endpoint* endpoints, std::size_t count) {
  using SteadyClock = std::chrono::steady_clock;
  std::vector<bool> answers(count);
  std::vector<Socket> sockets(count);
  std::vector<pollfd> watched(count);
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool started = sockets[i].fd() >= 0 && start(sockets[i], endpoints[i]);
    watched[i] = {.fd = started ? sockets[i].fd() : -1, .events = POLLIN, .revents = 0};
    left += started ? 1 : 0;
  }
  const auto end = SteadyClock::now() + kProbeTime;
  while (left > 0) {
    const auto time = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now());
    if (time.count() <= 0 || ::poll(watched.data(), count, static_cast<int>(time.count())) <= 0) {
      break;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      answers[i] = greets(watched[i].fd);
      watched[i].fd = -1;
      --left;
    }
  }
  return answers;
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

std::vector<bool> SshProber::ssh_answers(const std::vector<Endpoint>& endpoints) {
  std::vector<bool> all;
  for (std::size_t from = 0; from < endpoints.size(); from += kProbesAtOnce) {
    const auto some =
        ask(endpoints.data() + from, std::min(kProbesAtOnce, endpoints.size() - from));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace ec2spotter::cli
