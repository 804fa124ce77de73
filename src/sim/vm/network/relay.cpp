#include "sim/vm/network/relay.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sim/net/sockets.hpp"

namespace ec2spotter::sim {
namespace {

bool write_all(int fd, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t wrote = ::write(fd, bytes, count);
    if (wrote < 0 && errno == EAGAIN) {
      pollfd polled{fd, POLLOUT, 0};
      ::poll(&polled, 1, -1);
    } else if (wrote <= 0 && errno != EINTR) {
      return false;
    } else if (wrote > 0) {
      bytes += wrote;
      count -= static_cast<std::size_t>(wrote);
    }
  }
  return true;
}

// Moves what is there; false at the end of `from`, or when `to` takes no more.
bool move_some(int from, int to) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::read(from, buffer.data(), buffer.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  return got > 0 && write_all(to, buffer.data(), static_cast<std::size_t>(got));
}

}  // namespace

int relay_main(int port) {
  if (port <= 0 || port > 65535) return 2;
  const auto server = connect_local(static_cast<std::uint16_t>(port));
  if (!server) return 1;
  std::array<pollfd, 2> polled{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{server->get(), POLLIN, 0}};
  while (polled[1].fd >= 0) {
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return 1;
    if (polled[0].revents != 0 && !move_some(STDIN_FILENO, server->get())) {
      ::shutdown(server->get(), SHUT_WR);
      polled[0].fd = -1;
    }
    if (polled[1].revents != 0 && !move_some(server->get(), STDOUT_FILENO)) polled[1].fd = -1;
  }
  return 0;
}

}  // namespace ec2spotter::sim
