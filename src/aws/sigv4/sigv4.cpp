#include "aws/sigv4/sigv4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/result.hpp"
#include "base/sha256.hpp"

namespace ec2spotter::sigv4 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kSha256Bytes = 32;

std::string hmac(std::string_view key, std::string_view data) {
  std::string digest(kSha256Bytes, '\0');
  unsigned int length = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                          reinterpret_cast<unsigned char*>(digest.data()), &length);
  CHECK(done != nullptr && length == kSha256Bytes);
  return digest;
}

// Header values are signed trimmed, with inner runs of blanks folded to one.
std::string folded(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string signed_headers(const Request& request) {
  std::string names;
  for (const auto& [name, value] : request.headers) {
    if (!names.empty()) names += ';';
    names += name;
  }
  return names;
}

std::string canonical_query(const Request& request) {
  std::vector<std::pair<std::string, std::string>> pairs;
  pairs.reserve(request.query.size());
  for (const auto& [name, value] : request.query) {
    pairs.emplace_back(uri_encode(name), uri_encode(value));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    text.append(name).append(1, '=').append(value);
  }
  return text;
}

std::string credential_scope(const Scope& scope, TimePoint time) {
  const std::string date = format_basic_iso8601(time).substr(0, 8);
  return date + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

}  // namespace

std::string uri_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= '0' && byte <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

std::string canonical_request(const Request& request) {
  std::string text = request.method + "\n" + request.path + "\n" + canonical_query(request) + "\n";
  for (const auto& [name, value] : request.headers) {
    text.append(name).append(1, ':').append(folded(value)).append(1, '\n');
  }
  return text + "\n" + signed_headers(request) + "\n" + request.payload_sha256_hex;
}

std::string string_to_sign(const Request& request, const Scope& scope, TimePoint time) {
  std::string text(kAlgorithm);
  text += "\n" + format_basic_iso8601(time) + "\n" + credential_scope(scope, time) + "\n";
  return text + sha256_hex(canonical_request(request));
}

std::string signature(const Request& request, const Key& key, const Scope& scope, TimePoint time) {
  const std::string date = format_basic_iso8601(time).substr(0, 8);
  const std::string date_key = hmac("AWS4" + key.secret_access_key, date);
  const std::string region_key = hmac(date_key, scope.region);
  const std::string service_key = hmac(region_key, scope.service);
  const std::string signing_key = hmac(service_key, "aws4_request");
  return hex(hmac(signing_key, string_to_sign(request, scope, time)));
}

std::string authorization(const Request& request, const Key& key, const Scope& scope,
                          TimePoint time) {
  return std::string(kAlgorithm) + " Credential=" + key.access_key_id + "/" +
         credential_scope(scope, time) + ", SignedHeaders=" + signed_headers(request) +
         ", Signature=" + signature(request, key, scope, time);
}

std::vector<std::pair<std::string, std::string>> presigned_query(Request request, const Key& key,
                                                                 const Scope& scope, TimePoint time,
                                                                 std::chrono::seconds valid,
                                                                 const std::string& session_token) {
  auto& query = request.query;
  query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  query.emplace_back("X-Amz-Credential", key.access_key_id + "/" + credential_scope(scope, time));
  query.emplace_back("X-Amz-Date", format_basic_iso8601(time));
  query.emplace_back("X-Amz-Expires", std::to_string(valid.count()));
  query.emplace_back("X-Amz-SignedHeaders", signed_headers(request));
  if (!session_token.empty()) query.emplace_back("X-Amz-Security-Token", session_token);
  const std::string signed_hex = signature(request, key, scope, time);
  query.emplace_back("X-Amz-Signature", signed_hex);
  return query;
}

}  // namespace ec2spotter::sigv4
