#include "aws/config/imds.hpp"

#include "aws/config/endpoints.hpp"

namespace ec2spotter::aws {
namespace {

constexpr Duration kTimeout = std::chrono::seconds{1};
constexpr const char* kTokenLifetimeSeconds = "21600";

std::string endpoint_of(const Environment& environment) {
  const auto is = [&](std::string_view name, std::string_view lower_case) {
    std::string value = variable(environment, name).value_or("");
    for (char& c : value) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return value == lower_case;
  };
  if (is("AWS_EC2_METADATA_DISABLED", "true")) return {};
  if (auto endpoint = variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
    while (endpoint->ends_with('/')) endpoint->pop_back();
    return *endpoint;
  }
  if (is("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6")) return "http://[fd00:ec2::254]";
  return "http://169.254.169.254";
}

}  // namespace

Imds::Imds(const Environment& environment, HttpTransport& http)
    : http_(http), endpoint_(endpoint_of(environment)) {}

std::optional<std::string> Imds::send(const std::string& method, const std::string& path,
                                      std::pair<std::string, std::string> header) {
  auto reply = http_.send({.method = method,
                           .url = endpoint_ + path,
                           .headers = {std::move(header)},
                           .connect_timeout = kTimeout,
                           .total_timeout = kTimeout,
                           .proxy = Proxy::none});
  if (!reply || reply->status != 200) return std::nullopt;
  return std::move(reply->body);
}

std::optional<std::string> Imds::get(const std::string& path) {
  if (endpoint_.empty()) return std::nullopt;
  if (!asked_for_token_) {
    asked_for_token_ = true;
    token_ = send("PUT", "/latest/api/token",
                  {"X-aws-ec2-metadata-token-ttl-seconds", kTokenLifetimeSeconds})
                 .value_or("");
  }
  if (token_.empty()) return std::nullopt;
  return send("GET", path, {"X-aws-ec2-metadata-token", token_});
}

std::optional<std::string> region_from_imds(Imds& imds) {
  auto region = imds.get("/latest/meta-data/placement/region");
  if (!region || !is_region_name(*region)) return std::nullopt;
  return region;
}

}  // namespace ec2spotter::aws
