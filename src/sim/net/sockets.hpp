// The few socket calls that the loopback servers here share. All sockets are non-blocking.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "sim/net/fd.hpp"

namespace ec2spotter::sim {

struct Listener {
  Fd socket;
  std::uint16_t port = 0;
};

// Listens on an address in numbers, or "localhost"; port 0: any free one. Errors: invalid for
// another form of address, io.
Result<Listener> listen_on(const std::string& address, std::uint16_t port);

// Begins to connect to 127.0.0.1; poll tells when it is done. Errors: io.
Result<Fd> connect_local(std::uint16_t port);

// The next waiting connection; without one an empty Fd.
Fd accept_from(const Fd& listener);

// An eventfd that wakes a poll.
class Wakeup {
 public:
  Wakeup();
  int fd() const { return fd_.get(); }
  void ring() const;
  void clear() const;

 private:
  Fd fd_;
};

}  // namespace ec2spotter::sim
