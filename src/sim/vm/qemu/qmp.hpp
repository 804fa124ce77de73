// A small QMP client: QEMU's control protocol, one JSON document a line, over a connected socket.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "sim/net/deadline.hpp"
#include "sim/net/fd.hpp"

namespace ec2spotter::sim {

class Qmp {
 public:
  using Json = nlohmann::json;

  // Its waits end early when the descriptor `cancel` becomes readable.
  Qmp(Fd socket, int cancel) : socket_(std::move(socket)), cancel_(cancel) {}

  // Reads the greeting and leaves negotiation mode. Errors: as call.
  Result<void> negotiate();
  // What QEMU returns. Errors: internal with QEMU's own words when it refuses, timeout, io when
  // QEMU is gone, interrupted, malformed_reply.
  Result<Json> call(const std::string& command, Json arguments = Json::object());
  // Reads what has arrived, without waiting. Errors: io when QEMU is gone.
  Result<void> read_available();
  // The oldest event that nobody has taken.
  std::optional<Json> next_event();
  int fd() const { return socket_.get(); }

 private:
  Result<Json> next_document(const Deadline& deadline);
  std::optional<Json> take_document();

  Fd socket_;
  int cancel_;
  std::string received_;
  std::deque<Json> events_;
};

}  // namespace ec2spotter::sim
