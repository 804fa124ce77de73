// Where an HTTP/1.1 request ends, and whether it is one that the simulator takes. Pure. Everything
// from outside is checked here before other code reads it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace ec2spotter::sim {

inline constexpr std::size_t kHeadMost = 64UL * 1024;
inline constexpr std::size_t kHeadersMost = 100;
inline constexpr std::size_t kBodyMost = 1024UL * 1024;

struct Refusal {
  int status = 0;  // 0: none
  std::string why = {};
};

// What has arrived on a connection, read as the beginning of one request.
struct Framed {
  Refusal refusal = {};         // with a status: the connection is answered with it and closed
  std::size_t size = 0;         // of the whole request, once its head is here; 0: not yet
  bool complete = false;        // all `size` bytes are here
  bool wants_continue = false;  // the client waits for "100 Continue" before it sends the body
  std::string method = {}, target = {};
  std::map<std::string, std::string> headers = {};  // names in lower case
};
Framed frame(std::string_view received);

// Whom the server trusts: programs on this machine, never a page in its browser.
struct Trust {
  std::string listen_host;  // a Host header may name it besides the loopback addresses
  bool any_host = false;    // the user has opened the server to other machines
};
// Source: the Fetch standard, section 3.1 (Origin) and Fetch Metadata. The Host header reveals a
// page of another site whose name points to this machine (DNS rebinding).
Refusal distrust(const Framed& request, const Trust& trust);

}  // namespace ec2spotter::sim
