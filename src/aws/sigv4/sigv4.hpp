// AWS Signature Version 4, the only AWS code that client and simulator share.
// Source: AWS General Reference, "Signature Version 4 signing process".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace ec2spotter::sigv4 {

struct Key {
  std::string access_key_id;
  std::string secret_access_key;
};

struct Scope {
  std::string region;
  std::string service;
};

// A request as it is signed. `path` is absolute and encoded as sent; `query` holds decoded pairs;
// `headers` holds exactly the headers to sign, names in lower case ("host" among them).
struct Request {
  std::string method;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> query;
  std::map<std::string, std::string> headers;
  std::string payload_sha256_hex;
};

// RFC 3986 encoding as SigV4 needs it: everything but A-Z a-z 0-9 - _ . ~ becomes %XX.
std::string uri_encode(std::string_view text);

std::string canonical_request(const Request& request);
std::string string_to_sign(const Request& request, const Scope& scope, TimePoint time);
// The signature alone, 64 hex digits.
std::string signature(const Request& request, const Key& key, const Scope& scope, TimePoint time);
// The value of the Authorization header; x-amz-date must be among request.headers.
std::string authorization(const Request& request, const Key& key, const Scope& scope,
                          TimePoint time);

// The query of a presigned request: request.query plus the X-Amz-* pairs, the signature last.
// `session_token` empty: none.
std::vector<std::pair<std::string, std::string>> presigned_query(Request request, const Key& key,
                                                                 const Scope& scope, TimePoint time,
                                                                 std::chrono::seconds valid,
                                                                 const std::string& session_token);

}  // namespace ec2spotter::sigv4
