#include "sim/net/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace ec2spotter::sim {
namespace {

constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

struct Name {
  sockaddr_storage any{};
  socklen_t size = 0;
};

Result<Name> name_of(const std::string& address, std::uint16_t port) {
  Name name;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    name.size = sizeof v4;
    std::memcpy(&name.any, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    name.size = sizeof v6;
    std::memcpy(&name.any, &v6, sizeof v6);
  } else {
    return fail(Errc::invalid, address + " is not an IP address");
  }
  return name;
}

void send_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Result<Listener> listen_on(const std::string& address, std::uint16_t port) {
  TRY(Name name, name_of(address == "localhost" ? "127.0.0.1" : address, port));
  Listener listener{.socket = Fd(::socket(name.any.ss_family, SOCK_STREAM | kFlags, 0)), .port = 0};
  const int on = 1;
  ::setsockopt(listener.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto* generic_name = reinterpret_cast<sockaddr*>(&name.any);
  if (!listener.socket || ::bind(listener.socket.get(), generic_name, name.size) != 0 ||
      ::listen(listener.socket.get(), SOMAXCONN) != 0 ||
      ::getsockname(listener.socket.get(), generic_name, &name.size) != 0) {
    return fail(Errc::io, "cannot listen on " + address + ":" + std::to_string(port) + ": " +
                              std::strerror(errno));
  }
  const bool v6 = name.any.ss_family == AF_INET6;
  listener.port = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(name.any).sin6_port
                           : reinterpret_cast<sockaddr_in&>(name.any).sin_port);
  return listener;
}

Result<Fd> connect_local(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Fd fd(::socket(AF_INET, SOCK_STREAM | kFlags, 0));
  if (!fd || (::connect(fd.get(), generic(name), sizeof name) != 0 && errno != EINPROGRESS)) {
    return fail(Errc::io, std::string("cannot connect: ") + std::strerror(errno));
  }
  send_at_once(fd.get());
  return fd;
}

Fd accept_from(const Fd& listener) {
  Fd fd(::accept4(listener.get(), nullptr, nullptr, kFlags));
  if (fd) send_at_once(fd.get());
  return fd;
}

Wakeup::Wakeup() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Wakeup::ring() const { static_cast<void>(::eventfd_write(fd_.get(), 1)); }

void Wakeup::clear() const {
  eventfd_t value = 0;
  static_cast<void>(::eventfd_read(fd_.get(), &value));
}

}  // namespace ec2spotter::sim
