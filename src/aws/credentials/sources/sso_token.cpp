#include "aws/credentials/sources/sso_token.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "aws/config/endpoints.hpp"
#include "aws/credentials/new_file.hpp"
#include "aws/credentials/signing.hpp"
#include "aws/credentials/sources/json_text.hpp"

namespace ec2spotter::aws {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLifetimeMost = 365LL * 24 * 3600;  // seconds; AWS gives hours
constexpr Duration kRenewBefore = std::chrono::minutes{15};

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) == 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 15U];
  }
  return hex;
}

std::string encode(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool can_be_renewed(const Json& token, const SsoSession& session, TimePoint now) {
  if (session.name.empty()) return false;
  for (const char* name : {"refreshToken", "clientId", "clientSecret"}) {
    if (text_at(token, name).empty()) return false;
  }
  const auto registered_until = parse_iso8601(text_at(token, "registrationExpiresAt"));
  return registered_until && *registered_until > now;
}

// The new token as the cache keeps it. Errors: those of the transport, or what OIDC answers.
Result<Json> create_token(const SourceContext& context, const SsoSession& session,
                          const Json& token) {
  TRY(const std::string oidc, endpoint(context.environment, context.profiles, ServiceName::sso_oidc,
                                       session.region, std::nullopt));
  const Json request{{"grantType", "refresh_token"},
                     {"clientId", token.at("clientId")},
                     {"clientSecret", token.at("clientSecret")},
                     {"refreshToken", token.at("refreshToken")}};
  TRY(const std::string body,
      body_of(context.http.send({.method = "POST",
                                 .url = oidc + "/token",
                                 .headers = {{"content-type", "application/json"}},
                                 .body = encode(request)})));
  const Json granted = Json::parse(body, nullptr, false);
  const std::string access_token = text_at(granted, "accessToken");
  if (access_token.empty() || !granted.contains("expiresIn") ||
      !granted.at("expiresIn").is_number_integer()) {
    return fail(Errc::malformed_reply, "the reply to CreateToken has no accessToken or expiresIn");
  }
  const std::chrono::seconds lifetime{
      std::clamp<std::int64_t>(granted.at("expiresIn").get<std::int64_t>(), 0, kLifetimeMost)};
  Json fresh{{"startUrl", session.start_url},
             {"region", session.region},
             {"accessToken", access_token},
             {"expiresAt", format_iso8601(context.clock.now() + lifetime)},
             {"clientId", token.at("clientId")},
             {"clientSecret", token.at("clientSecret")},
             {"registrationExpiresAt", token.at("registrationExpiresAt")}};
  const std::string refresh_token = text_at(granted, "refreshToken");
  if (!refresh_token.empty()) fresh["refreshToken"] = refresh_token;
  return fresh;
}

// A refresh token may be valid only once, so the file for its successor is made first.
Result<Secret> renew(const SourceContext& context, const SsoSession& session, const Json& token,
                     const std::filesystem::path& path) {
  TRY(NewFile file, NewFile::make(path));
  TRY(const Json fresh, create_token(context, session, token));
  TRY_VOID(file.replace(encode(fresh)));
  return Secret(text_at(fresh, "accessToken"));
}

bool is_refused(const Error& error) {
  return error.code != Errc::transport && error.code != Errc::timeout && error.code != Errc::io &&
         error.code != Errc::interrupted;
}

}  // namespace

tl::unexpected<Error> sso_log_in(const std::string& profile, const std::string& why) {
  return fail(Errc::unauthorized, "the SSO session of profile '" + profile + "' " + why +
                                      "; run aws sso login --profile " + profile);
}

Result<Secret> sso_token(const SourceContext& context, const SsoSession& session) {
  const std::string key = session.name.empty() ? session.start_url : session.name;
  const auto path = context.environment.home / ".aws/sso/cache" / (sha1_hex(key) + ".json");
  TRY(const auto file, read_small_file(path));
  if (!file) return sso_log_in(session.profile, "does not exist yet");
  const Json token = Json::parse(file->text, nullptr, false);
  const auto expires = parse_iso8601(text_at(token, "expiresAt"));
  const std::string access_token = text_at(token, "accessToken");
  if (!expires || access_token.empty()) {
    return sso_log_in(session.profile, "is unreadable in " + path.string());
  }
  const TimePoint now = context.clock.now();
  if (*expires - now < kRenewBefore && can_be_renewed(token, session, now)) {
    auto renewed = renew(context, session, token, path);
    if (renewed) return renewed;
    if (*expires <= now && !is_refused(renewed.error())) {
      return fail(with_context(std::move(renewed).error(),
                               "renewing the SSO session of profile '" + session.profile + "'"));
    }
  }
  if (*expires <= now) return sso_log_in(session.profile, "has expired");
  return Secret(access_token);
}

}  // namespace ec2spotter::aws
