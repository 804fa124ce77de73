// Public addresses: each is a listener of ours that joins a connection to the instance that holds
// the address at that moment, so an address moves without a change to the virtual machines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace ec2spotter::sim {

// All methods may be called from any thread.
class Forwarder {
 public:
  // `port` is where the addresses listen.
  explicit Forwarder(std::uint16_t port);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // Connections to `public_ip` go to `instance_id` from now on, those that exist are cut; with an
  // empty id nothing listens there any more. Errors: invalid for what is not a loopback address, io
  // when the port cannot be bound.
  Result<void> route(const std::string& public_ip, const std::string& instance_id);

  // The loopback port that leads to the instance; 0: it is off, and connections to it are cut.
  void set_backend(const std::string& instance_id, std::uint16_t port);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ec2spotter::sim
