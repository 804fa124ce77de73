// IAM Identity Center: the token that `aws sso login` stored, changed for a role's credentials.
#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>

#include "aws/config/endpoints.hpp"
#include "aws/credentials/sources.hpp"

namespace ec2spotter::aws {
namespace {

struct SsoSettings {
  std::string cache_key = {};  // the session's name, or the start address of the older form
  std::string region = {};
  std::string account = {};
  std::string role = {};
};

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

tl::unexpected<Error> log_in(const std::string& profile, const std::string& why) {
  return fail(Errc::unauthorized, "the SSO session of profile '" + profile + "' " + why +
                                      "; run aws sso login --profile " + profile);
}

Result<std::optional<SsoSettings>> read_settings(const SourceContext& context,
                                                 const std::string& profile) {
  const IniSection* section = context.profiles.find(profile);
  if (section == nullptr) return std::nullopt;
  SsoSettings settings{.account = setting(*section, "sso_account_id"),
                       .role = setting(*section, "sso_role_name")};
  const std::string session_name = setting(*section, "sso_session");
  if (session_name.empty()) {
    settings.cache_key = setting(*section, "sso_start_url");
    settings.region = setting(*section, "sso_region");
  } else {
    const IniSection* session = context.profiles.section("sso-session", session_name);
    if (session == nullptr) {
      return fail(Errc::unauthorized,
                  "profile '" + profile + "' names the sso_session '" + session_name +
                      "', which the config file lacks; add [sso-session " + session_name + "]");
    }
    settings.cache_key = session_name;
    settings.region = setting(*session, "sso_region");
  }
  if (settings.cache_key.empty() || settings.account.empty()) return std::nullopt;
  if (settings.role.empty() || !is_region_name(settings.region)) {
    return fail(Errc::unauthorized, "profile '" + profile +
                                        "' uses SSO but lacks sso_role_name or a valid sso_region; "
                                        "run aws configure sso");
  }
  return settings;
}

std::string text_at(const nlohmann::json& json, const char* name) {
  const auto it = json.is_object() ? json.find(name) : json.end();
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

Result<Secret> cached_token(const SourceContext& context, const std::string& profile,
                            const SsoSettings& settings) {
  const auto path =
      context.environment.home / ".aws/sso/cache" / (sha1_hex(settings.cache_key) + ".json");
  TRY(const auto file, read_small_file(path));
  if (!file) return log_in(profile, "has not been opened");
  const auto json = nlohmann::json::parse(file->text, nullptr, false);
  std::string expires = text_at(json, "expiresAt");
  if (expires.ends_with("UTC")) expires.replace(expires.size() - 3, 3, "Z");
  const auto time = parse_iso8601(expires);
  std::string token = text_at(json, "accessToken");
  if (!time || token.empty()) return log_in(profile, "is unreadable in " + path.string());
  if (*time <= context.clock.now()) return log_in(profile, "has expired");
  return Secret(std::move(token));
}

Result<Credentials> parse_role_credentials_json(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto it = json.is_object() ? json.find("roleCredentials") : json.end();
  if (it == json.end() || text_at(*it, "accessKeyId").empty() ||
      text_at(*it, "secretAccessKey").empty()) {
    return fail(Errc::malformed_reply, "the SSO portal's reply has no roleCredentials");
  }
  Credentials credentials{.access_key_id = text_at(*it, "accessKeyId"),
                          .secret_access_key = Secret(text_at(*it, "secretAccessKey")),
                          .session_token = Secret(text_at(*it, "sessionToken"))};
  const auto expiration = it->find("expiration");
  if (expiration != it->end() && expiration->is_number_integer()) {
    credentials.expires = TimePoint{Duration{expiration->get<std::int64_t>()}};
  }
  return credentials;
}

}  // namespace

MaybeCredentials credentials_from_sso(const SourceContext& context, const std::string& profile) {
  TRY(const auto settings, read_settings(context, profile));
  if (!settings) return std::nullopt;
  TRY(const Secret token, cached_token(context, profile, *settings));
  TRY(const std::string portal, endpoint(context.environment, context.profiles, ServiceName::sso,
                                         settings->region, std::nullopt));
  auto reply = context.http.send({.url = portal + "/federation/credentials?account_id=" +
                                         sigv4::uri_encode(settings->account) +
                                         "&role_name=" + sigv4::uri_encode(settings->role),
                                  .headers = {{"x-amz-sso_bearer_token", token.reveal()}}});
  if (reply && reply->status == 401) return log_in(profile, "is over");
  auto body = body_of(std::move(reply));
  if (!body) return fail(with_context(std::move(body).error(), "asking the SSO portal"));
  TRY(Credentials credentials, parse_role_credentials_json(*body));
  credentials.source = "the SSO session of profile '" + profile + "'";
  credentials.renewal = "run aws sso login --profile " + profile;
  return credentials;
}

}  // namespace ec2spotter::aws
