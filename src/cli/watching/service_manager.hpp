// What a watch tells systemd, by the protocol of sd_notify(3). It is a few lines here, as
// libsystemd would be one more library to load in each start of the program.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace ec2spotter::cli {

// Says nothing where there is no service manager; what it does not take is lost without harm.
class ServiceManager {
 public:
  // From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID of this process.
  static ServiceManager of_this_process();

  // `socket` is a path, or "@" and an abstract name; empty: there is no service manager.
  explicit ServiceManager(std::string socket, std::optional<Duration> watchdog = std::nullopt)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  // The machines of the files are looked after; a reload has ended.
  void ready(const std::string& status);
  // The files are read anew; ready() follows.
  void reloading();
  void stopping();
  // A sign of life, if one is wanted and no work lasts longer than half of the time for which
  // systemd waits. `busy` is how long the present work has lasted.
  void alive(Duration busy);

 private:
  void send(const std::string& text) const;

  std::string socket_;
  std::optional<Duration> watchdog_;
};

}  // namespace ec2spotter::cli
