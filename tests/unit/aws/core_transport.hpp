// The simulator's core as a client's network, in one process.
#pragma once

#include <string>

#include "aws/net/http.hpp"
#include "sim/core/core.hpp"
#include "sim/http/form.hpp"
#include "support.hpp"

namespace ec2spotter::aws {

class CoreTransport final : public HttpTransport {
 public:
  explicit CoreTransport(sim::Core& core) : core_(core) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string target = header_of(request, "x-amz-target");
    const sim::ApiReply reply =
        core_.handle({.service = service_of(request),
                      .region = "us-east-1",
                      .access_key = "AKIDTEST",
                      .params = target.empty() ? sim::parse_form(request.body) : sim::ParamMap{},
                      .target = target,
                      .body = request.body,
                      .host = "sim"});
    return HttpResponse{.status = reply.status, .headers = {}, .body = reply.body};
  }

 private:
  static std::string service_of(const HttpRequest& request) {
    if (!header_of(request, "x-amz-target").empty()) return "sqs";
    return request.body.find("Version=2010-05-08") == std::string::npos ? "ec2" : "iam";
  }

  sim::Core& core_;
};

}  // namespace ec2spotter::aws
