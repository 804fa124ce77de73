// The parts of an http or https address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ec2spotter::aws {

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case; an IPv6 address keeps its brackets
  int port = 0;            // the scheme's own when the text names none
  std::string path = "/";  // as written, encoded; never empty
  std::string query;       // as written, without the '?'
  bool operator==(const Url&) const = default;
};

// Nothing when `text` is not an absolute http(s) address, carries a user name, a fragment, a blank
// or a control character.
std::optional<Url> parse_url(std::string_view text);

// The value of the Host header: the port is left out when it is the scheme's own.
std::string host_header(const Url& url);

// True for localhost, 127.0.0.0/8 and [::1].
bool is_loopback(const Url& url);

}  // namespace ec2spotter::aws
