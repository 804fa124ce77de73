#include "sim/http/verify.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <chrono>

#include "aws/sigv4/sigv4.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

// What the signer says about the signature, from the header or the query.
struct Claim {
  std::string credential, signed_headers, signature, date, token;
  bool presigned = false;
};

std::string header(const SignedRequest& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

// The value of `name=` in an Authorization header, up to the comma.
std::string field(const std::string& authorization, const std::string& name) {
  const std::size_t at = authorization.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t start = at + name.size() + 1;
  return authorization.substr(start, authorization.find(',', start) - start);
}

std::string query_value(const SignedRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return {};
}

Result<Claim> read_claim(const SignedRequest& request) {
  const std::string authorization = header(request, "authorization");
  Claim claim;
  if (authorization.starts_with("AWS4-HMAC-SHA256 ")) {
    claim = {.credential = field(authorization, "Credential"),
             .signed_headers = field(authorization, "SignedHeaders"),
             .signature = field(authorization, "Signature"),
             .date = header(request, "x-amz-date"),
             .token = header(request, "x-amz-security-token")};
  } else if (query_value(request, "X-Amz-Algorithm") == "AWS4-HMAC-SHA256") {
    claim = {.credential = query_value(request, "X-Amz-Credential"),
             .signed_headers = query_value(request, "X-Amz-SignedHeaders"),
             .signature = query_value(request, "X-Amz-Signature"),
             .date = query_value(request, "X-Amz-Date"),
             .token = query_value(request, "X-Amz-Security-Token"),
             .presigned = true};
  } else {
    return refuse("MissingAuthenticationToken", "The request must be signed");
  }
  if (claim.credential.empty() || claim.signed_headers.empty() || claim.signature.empty() ||
      claim.date.empty()) {
    return refuse("IncompleteSignature", "The request signature does not conform to AWS standards");
  }
  return claim;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

sigv4::Request to_sign(const SignedRequest& request, const Claim& claim) {
  sigv4::Request out{.method = request.method,
                     .path = request.path,
                     .query = {},
                     .headers = {},
                     .payload_sha256_hex = sigv4::sha256_hex(request.body)};
  for (const auto& pair : request.query) {
    if (pair.first != "X-Amz-Signature") out.query.push_back(pair);
  }
  for (const std::string& name : split(claim.signed_headers, ';')) {
    out.headers[name] = header(request, name);
  }
  return out;
}

bool same(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Result<Verified> verify(const SignedRequest& request, const FindKey& find_key, TimePoint now) {
  TRY(const Claim claim, read_claim(request));
  const auto scope = split(claim.credential, '/');  // key/date/region/service/aws4_request
  const auto date = parse_iso8601(claim.date);
  if (scope.size() != 5 || scope[4] != "aws4_request" || !date) {
    return refuse("IncompleteSignature", "The credential scope or the date is malformed");
  }
  const auto key = find_key(scope[0]);
  if (!key) {
    return refuse("AuthFailure", "AWS was not able to validate the provided access credentials");
  }
  if (claim.token != key->session_token) {
    return refuse("InvalidClientTokenId", "The security token included in the request is invalid");
  }
  const auto lifetime = claim.presigned ? std::chrono::seconds(3600) : std::chrono::seconds(300);
  if (now - *date > lifetime || *date - now > 300s) {
    return refuse("RequestExpired", "Request has expired; the time of the request is " +
                                        claim.date + ", the time of the server " +
                                        format_basic_iso8601(now));
  }
  const std::string expected = sigv4::signature(to_sign(request, claim), {scope[0], key->secret},
                                                {.region = scope[2], .service = scope[3]}, *date);
  if (!same(expected, claim.signature)) {
    return refuse("SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided.");
  }
  return Verified{.access_key = scope[0], .region = scope[2], .service = scope[3]};
}

}  // namespace ec2spotter::sim
