// What a caller may say about its client of EC2.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/net/http.hpp"
#include "aws/sleeper.hpp"
#include "base/clock.hpp"

namespace ec2spotter::aws {

// Of one API call with all its retries, unless the caller gives another one.
inline constexpr Duration kCallDeadline = std::chrono::seconds(60);

struct Ec2Options {
  std::optional<std::string> region = std::nullopt;        // --region
  std::optional<std::string> profile = std::nullopt;       // --profile
  std::optional<std::string> endpoint_url = std::nullopt;  // --endpoint-url, for every service
  std::string legacy_credentials_file = "/root/.aws.creds";
  std::string version = "dev";                // for the User-Agent: "ec2-spotter/VERSION"
  Duration deadline = kCallDeadline;          // of one API call with all its retries
  Duration reading_deadline = kCallDeadline;  // the same where it only reads
  // Seed of the pauses between retries; nullopt: each process has another.
  std::optional<std::uint64_t> jitter_seed = std::nullopt;
  // True ends the call under way with Errc::interrupted; asked at least once a second.
  std::function<bool()> cancelled = {};
  // Is told each call's action, and the reply or why there was none.
  std::function<void(const std::string&, const std::string&)> on_reply = {};
  // Empty: libcurl and real sleep. Tests and the scenario driver pass their own.
  std::unique_ptr<HttpTransport> http = nullptr;
  std::unique_ptr<Sleeper> sleeper = nullptr;
};

}  // namespace ec2spotter::aws
