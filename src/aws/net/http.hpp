// HTTP as the AWS code sees it: one request, one response, no redirects.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter::aws {

enum class Proxy { from_environment, none };

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute, http or https, encoded
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  Duration connect_timeout = std::chrono::seconds{5};
  Duration total_timeout = std::chrono::seconds{30};  // from the start of the name lookup
  Proxy proxy = Proxy::from_environment;              // loopback addresses never use one
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers = {};  // names in lower case; the last one wins
  std::string body = {};

  // The header's value, or "" when the response has none.
  std::string header(const std::string& lower_case_name) const {
    const auto it = headers.find(lower_case_name);
    return it == headers.end() ? std::string{} : it->second;
  }
};

// Any status is a success here. Errors: transport (refused, DNS, TLS, connection lost), timeout,
// malformed_reply (not HTTP, or longer than the limit), invalid (not an address), interrupted.
// One transport serves one thread at a time.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace ec2spotter::aws
