#include "aws/credentials/signing.hpp"

#include <algorithm>

#include "aws/net/http_date.hpp"
#include "aws/net/url.hpp"
#include "aws/wire/error_document.hpp"
#include "base/sha256.hpp"

namespace ec2spotter::aws {
namespace {

// AWS accepts five minutes; one of them is left for the time that the request takes.
constexpr Duration kTolerance = std::chrono::minutes{4};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Result<HttpResponse> send_once(HttpTransport& http, const CorrectedClock& clock,
                               HttpRequest request, const Credentials& credentials,
                               const sigv4::Scope& scope) {
  TRY_VOID(sign(request, credentials, scope, clock.now()));
  return http.send(request);
}

// AWS's own reply corrects the clock; another one, such as a proxy's, does not. True: the clock was
// so wrong that AWS may have refused the request for it.
bool correct(CorrectedClock& clock, const HttpResponse& reply, const Result<std::string>& body,
             Duration took) {
  if (!body && body.error().api_code.empty()) return false;
  const auto date = parse_http_date(reply.header("date"));
  return date && std::chrono::abs(clock.correct(*date, took)) > kTolerance;
}

// EC2 answers RequestExpired to a wrong clock as well as to a session that has ended.
bool is_over(const Error& error, const Credentials& credentials, TimePoint now) {
  if (!is_expired_token(error)) return false;
  if (error.api_code != "RequestExpired") return true;
  return !credentials.session_token.empty() &&
         (!credentials.expires || *credentials.expires <= now);
}

std::string expired(const Credentials& credentials, TimePoint now) {
  const bool known = credentials.expires && *credentials.expires <= now;
  return "the credentials from " + credentials.source +
         (known ? " expired at " + format_iso8601(*credentials.expires) : " have expired") + "; " +
         (credentials.renewal.empty() ? "renew them" : credentials.renewal);
}

Error refused(Error error, const Credentials& credentials, TimePoint now) {
  error.code = Errc::unauthorized;
  if (is_over(error, credentials, now)) {
    error.message = expired(credentials, now);
  } else if (is_expired_token(error)) {
    error.message = "AWS says '" + error.message + "', but the credentials from " +
                    credentials.source + " have not expired; check this machine's clock (NTP)";
  } else {
    error.message = "AWS does not accept the credentials from " + credentials.source + ": " +
                    error.message + "; check the access key, its secret and the region";
  }
  return error;
}

}  // namespace

Result<void> sign(HttpRequest& request, const Credentials& credentials, const sigv4::Scope& scope,
                  TimePoint time) {
  const auto url = parse_url(request.url);
  if (!url || !url->query.empty()) {
    return fail(Errc::invalid, "cannot sign a request to " + request.url);
  }
  request.headers.emplace_back("host", host_header(*url));
  request.headers.emplace_back("x-amz-date", format_basic_iso8601(time));
  if (!credentials.session_token.empty()) {
    request.headers.emplace_back("x-amz-security-token", credentials.session_token.reveal());
  }
  sigv4::Request to_sign;
  to_sign.method = request.method;
  to_sign.path = url->path;
  for (const auto& [name, value] : request.headers) to_sign.headers[lower(name)] = value;
  to_sign.payload_sha256_hex = sha256_hex(request.body);
  const sigv4::Key key{credentials.access_key_id, credentials.secret_access_key.reveal()};
  request.headers.emplace_back("authorization", sigv4::authorization(to_sign, key, scope, time));
  return {};
}

Result<std::string> presigned_url(const std::string& endpoint,
                                  std::vector<std::pair<std::string, std::string>> query,
                                  const Credentials& credentials, const sigv4::Scope& scope,
                                  TimePoint time, std::chrono::seconds valid) {
  const auto url = parse_url(endpoint + "/");
  if (!url || !url->query.empty()) return fail(Errc::invalid, "cannot sign for " + endpoint);
  sigv4::Request request{.method = "GET",
                         .path = url->path,
                         .query = std::move(query),
                         .headers = {{"host", host_header(*url)}},
                         .payload_sha256_hex = sha256_hex("")};
  const sigv4::Key key{credentials.access_key_id, credentials.secret_access_key.reveal()};
  std::string text = endpoint + "/";
  char before = '?';
  for (const auto& [name, value] : sigv4::presigned_query(
           std::move(request), key, scope, time, valid, credentials.session_token.reveal())) {
    text += before + sigv4::uri_encode(name) + "=" + sigv4::uri_encode(value);
    before = '&';
  }
  return text;
}

Result<std::string> body_of(Result<HttpResponse> reply) {
  if (!reply) return fail(std::move(reply).error());
  if (reply->status >= 200 && reply->status < 300) return std::move(reply->body);
  return fail(error_from_reply(reply->body, reply->status));
}

bool is_expired_token(const Error& error) {
  return error.api_code == "ExpiredToken" || error.api_code == "ExpiredTokenException" ||
         error.api_code == "RequestExpired";
}

Result<std::string> send_signed(HttpTransport& http, CorrectedClock& clock,
                                const HttpRequest& request, const Credentials& credentials,
                                const sigv4::Scope& scope) {
  const Duration sent_at = clock.running();
  TRY(HttpResponse reply, send_once(http, clock, request, credentials, scope));
  auto body = body_of(reply);
  const bool was_off = correct(clock, reply, body, clock.running() - sent_at);
  if (!body && body.error().code == Errc::clock_skew && was_off) {
    body = body_of(send_once(http, clock, request, credentials, scope));
  }
  if (!body && (body.error().code == Errc::clock_skew || is_expired_token(body.error()))) {
    return fail(refused(std::move(body).error(), credentials, clock.now()));
  }
  return body;
}

}  // namespace ec2spotter::aws
