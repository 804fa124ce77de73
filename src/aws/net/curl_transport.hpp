// HttpTransport over libcurl: one easy handle, kept, so that connections are used again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "aws/net/http.hpp"

namespace ec2spotter::aws {

struct CurlOptions {
  std::string user_agent = "ec2-spotter";
  std::string ca_bundle = {};                       // PEM file; empty: the system's
  std::size_t response_limit = 64UL * 1024 * 1024;  // bytes of body
  // Asked about once a second and between packets; true ends the request with Errc::interrupted.
  std::function<bool()> cancelled = {};
};

// libcurl sends a request a second time when a kept connection turns out to be closed before a
// byte of the reply came. That is safe here: every call of the Ec2 interface either carries a
// client token or has the same effect when repeated.
class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(CurlOptions options);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  struct Handle;
  void set_limits(const HttpRequest& request) const;
  void set_method(const HttpRequest& request) const;

  CurlOptions options_;
  std::unique_ptr<Handle> handle_;  // made at the first request
};

}  // namespace ec2spotter::aws
