#include "sim/http/verify.hpp"

#include <openssl/crypto.h>

#include <charconv>
#include <chrono>

#include "aws/sigv4/sigv4.hpp"
#include "base/sha256.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::chrono::seconds kSkewMost{900};  // "more than 15 minutes" in EC2's error list
constexpr long kExpiresMost = 7L * 86400;

// What the signer says about the signature, from the header or the query.
struct Claim {
  std::string credential, signed_headers, signature, date, token;
  std::chrono::seconds lifetime = kSkewMost;
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

// X-Amz-Expires of a presigned query; an invalid one makes the request expired.
std::chrono::seconds lifetime_of(const std::string& text) {
  long seconds = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds);
  const bool good = error == std::errc{} && end == last && seconds > 0 && seconds <= kExpiresMost;
  return std::chrono::seconds(good ? seconds : 0);
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
             .lifetime = lifetime_of(query_value(request, "X-Amz-Expires"))};
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
                     .payload_sha256_hex = sha256_hex(request.body)};
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

std::string claimed_service(const SignedRequest& request) {
  const auto claim = read_claim(request);
  const auto scope = claim ? split(claim->credential, '/') : std::vector<std::string>{};
  return scope.size() == 5 ? scope[3] : std::string();
}

Result<Verified> verify(const SignedRequest& request, const FindKey& find_key, TimePoint now) {
  TRY(const Claim claim, read_claim(request));
  const auto scope = split(claim.credential, '/');  // key/date/region/service/aws4_request
  const auto date = parse_iso8601(claim.date);
  if (scope.size() != 5 || scope[4] != "aws4_request" || !date ||
      !claim.date.starts_with(scope[1])) {
    return refuse("IncompleteSignature", "The credential scope or the date is malformed");
  }
  const bool ec2 = scope[3] == "ec2";
  const auto key = find_key(scope[0]);
  if (!key || claim.token != key->session_token) {
    return ec2 ? refuse("AuthFailure",
                        "AWS was not able to validate the provided access credentials")
               : refuse("InvalidClientTokenId",
                        "The security token included in the request is invalid.");
  }
  if (now - *date > claim.lifetime || *date - now > kSkewMost) {
    return refuse(ec2 ? "RequestExpired" : "SignatureDoesNotMatch",
                  "Request has expired. Timestamp date is " + claim.date +
                      ", the time of the server " + format_basic_iso8601(now));
  }
  const std::string expected = sigv4::signature(to_sign(request, claim), {scope[0], key->secret},
                                                {.region = scope[2], .service = scope[3]}, *date);
  if (!same(expected, claim.signature)) {
    return refuse("SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. Consult the service "
                  "documentation for details.");
  }
  if (key->expired) {
    return ec2 ? refuse("RequestExpired", "Request has expired.")
               : refuse("ExpiredToken", "The security token included in the request is expired");
  }
  return Verified{.access_key = scope[0], .region = scope[2], .service = scope[3]};
}

Result<Verified> verify_at(const SignedRequest& request, const FindKey& find_key,
                           const std::vector<TimePoint>& times) {
  for (const TimePoint time : times) {
    auto verified = verify(request, find_key, time);
    if (verified || time == times.back()) return verified;
  }
  return refuse("RequestExpired", "No time at which the request would be valid");
}

}  // namespace ec2spotter::sim
