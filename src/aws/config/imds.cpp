#include "aws/config/imds.hpp"

#include "aws/config/endpoints.hpp"
#include "aws/config/ini_text.hpp"

namespace ec2spotter::aws {
namespace {

constexpr Duration kTimeout = std::chrono::seconds{1};
constexpr const char* kTokenLifetimeSeconds = "21600";

// The variable, else the profile's setting, else "".
std::string set_value(const Environment& environment, const Profiles& profiles,
                      std::string_view name, const std::string& key) {
  if (auto value = variable(environment, name)) return *value;
  return setting(profiles.current(), key);
}

std::string endpoint_of(const Environment& environment, const Profiles& profiles) {
  if (lower(variable(environment, "AWS_EC2_METADATA_DISABLED").value_or("")) == "true") return {};
  std::string endpoint = set_value(environment, profiles, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                   "ec2_metadata_service_endpoint");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!endpoint.empty()) return endpoint;
  const std::string mode =
      set_value(environment, profiles, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                "ec2_metadata_service_endpoint_mode");
  return lower(mode) == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

}  // namespace

Imds::Imds(const Environment& environment, const Profiles& profiles, HttpTransport& http)
    : http_(http), endpoint_(endpoint_of(environment, profiles)) {}

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
