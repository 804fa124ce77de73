// The connections of an HTTP server, with limits on their number and time: one thread reads and
// writes them all, so that a slow client blocks no other one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sim/http/framing.hpp"

namespace ec2spotter::sim {

struct ConnectionLimits {
  std::size_t connections_most = 256;
  std::size_t buffered_most = 64UL * 1024 * 1024;      // of requests that are not complete
  Duration request_within = std::chrono::seconds(20);  // from its first byte to its last
  Duration idle_most = std::chrono::seconds(60);  // between requests, and while nothing is read
  int workers = 16;
};

// The bytes of a whole reply, and whether the connection ends with it.
struct ReplyBytes {
  std::string bytes;
  bool close = false;
};

struct ConnectionHandlers {
  // Answers a whole request; called on worker threads.
  std::function<ReplyBytes(const std::string& request)> serve;
  // Answers a text that is not a request, or a request that is refused.
  std::function<std::string(const Framed& request, const Refusal& refusal)> refuse;
};

// Beyond a limit of number or size, the connection that has been incomplete or idle for longest is
// closed.
class Connections {
 public:
  // `host` is a numeric address or a name of this machine; port 0: any free one. Errors: io.
  static Result<std::unique_ptr<Connections>> listen(const std::string& host, int port, Trust trust,
                                                     ConnectionHandlers handlers,
                                                     ConnectionLimits limits = {});
  // Ends all connections. Requests that are being served are carried out; nobody gets the replies.
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  int port() const;

 private:
  class Impl;
  explicit Connections(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ec2spotter::sim
