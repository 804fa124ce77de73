// Checks that a request was signed with a key that we know. Source: AWS Signature Version 4.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ec2spotter::sim {

// A request as it came over the wire.
struct SignedRequest {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct VerifierKey {
  std::string secret;
  std::string session_token;
  bool expired = false;
};

struct Verified {
  std::string access_key;
  std::string region;
  std::string service;
};

using FindKey = std::function<std::optional<VerifierKey>(const std::string& access_key)>;

// Accepts the Authorization header and presigned queries. Errors under EC2's codes:
// MissingAuthenticationToken, IncompleteSignature, AuthFailure (unknown key, wrong session token),
// RequestExpired (clock more than 15 minutes off, or temporary credentials that have expired),
// SignatureDoesNotMatch; STS and SSM have codes of their own where they differ.
Result<Verified> verify(const SignedRequest& request, const FindKey& find_key, TimePoint now);

// Likewise, at the first of these times at which it is accepted.
Result<Verified> verify_at(const SignedRequest& request, const FindKey& find_key,
                           const std::vector<TimePoint>& times);

// The service in the credential scope, before anything is checked; empty: none.
std::string claimed_service(const SignedRequest& request);

}  // namespace ec2spotter::sim
