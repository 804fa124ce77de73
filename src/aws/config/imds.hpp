// The instance metadata service, version 2, for a controller that itself runs on EC2.
// Source: EC2 user guide, "Use IMDSv2".
#pragma once

#include <optional>
#include <string>

#include "aws/config/environment.hpp"
#include "aws/config/profiles.hpp"
#include "aws/net/http.hpp"

namespace ec2spotter::aws {

class Imds {
 public:
  // Honours AWS_EC2_METADATA_DISABLED, and AWS_EC2_METADATA_SERVICE_ENDPOINT and _ENDPOINT_MODE or
  // the profile's settings ec2_metadata_service_endpoint and _endpoint_mode.
  Imds(const Environment& environment, const Profiles& profiles, HttpTransport& http);

  // The text at "/latest/meta-data/..."; nullopt when the service is switched off, does not answer
  // within a second, or has no such entry.
  std::optional<std::string> get(const std::string& path);

 private:
  std::optional<std::string> send(const std::string& method, const std::string& path,
                                  std::pair<std::string, std::string> header);

  HttpTransport& http_;
  std::string endpoint_;  // empty: switched off
  std::string token_;
  bool asked_for_token_ = false;
};

// The region that this machine is in; nullopt outside EC2.
std::optional<std::string> region_from_imds(Imds& imds);

}  // namespace ec2spotter::aws
