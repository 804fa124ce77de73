// IAM Identity Center: the token that `aws sso login` stored, exchanged for a role's credentials.
#include "aws/config/endpoints.hpp"
#include "aws/credentials/signing.hpp"
#include "aws/credentials/sources/json_text.hpp"
#include "aws/credentials/sources/sources.hpp"
#include "aws/credentials/sources/sso_token.hpp"

namespace ec2spotter::aws {
namespace {

constexpr double kTimeMost = 1e15;  // milliseconds since 1970, some 30,000 years

struct SsoSettings {
  SsoSession session;
  std::string account = {};
  std::string role = {};
};

tl::unexpected<Error> wrong(const std::string& profile, const std::string& what) {
  return fail(Errc::unauthorized, "profile '" + profile + "' " + what);
}

// The profile's settings with those of the session that it names.
Result<IniSection> with_session(const Profiles& profiles, const std::string& profile,
                                IniSection settings) {
  const std::string name = setting(settings, "sso_session");
  if (name.empty()) return settings;
  const IniSection* session = profiles.section("sso-session", name);
  if (session == nullptr) {
    return wrong(profile, "names the sso_session '" + name +
                              "', which is not in the config file; add [sso-session " + name + "]");
  }
  for (const auto& [key, value] : *session) {
    const auto [entry, is_new] = settings.try_emplace(key, value);
    if (!is_new && entry->second != value) {
      return wrong(profile, "and its sso_session '" + name + "' have different values of " + key +
                                "; keep the session's");
    }
  }
  return settings;
}

Result<std::optional<SsoSettings>> read_settings(const SourceContext& context,
                                                 const std::string& profile) {
  const IniSection* section = context.profiles.find(profile);
  if (section == nullptr) return std::nullopt;
  if (setting(*section, "sso_account_id").empty() && setting(*section, "sso_role_name").empty()) {
    return std::nullopt;
  }
  TRY(const IniSection all, with_session(context.profiles, profile, *section));
  for (const char* needed : {"sso_account_id", "sso_role_name", "sso_start_url", "sso_region"}) {
    if (!setting(all, needed).empty()) continue;
    return wrong(profile, std::string("uses SSO but lacks ") + needed + "; run aws configure sso");
  }
  if (!is_region_name(setting(all, "sso_region"))) {
    return wrong(profile, "has an sso_region that is not a region; run aws configure sso");
  }
  return SsoSettings{.session = {.profile = profile,
                                 .name = setting(all, "sso_session"),
                                 .start_url = setting(all, "sso_start_url"),
                                 .region = setting(all, "sso_region")},
                     .account = setting(all, "sso_account_id"),
                     .role = setting(all, "sso_role_name")};
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
  if (expiration == it->end()) return credentials;
  const double milliseconds = expiration->is_number() ? expiration->get<double>() : -1;
  if (!(milliseconds >= 0 && milliseconds <= kTimeMost)) {
    return fail(Errc::malformed_reply,
                "the SSO portal's reply has an expiration that is not a time");
  }
  credentials.expires = TimePoint{Duration{static_cast<std::int64_t>(milliseconds)}};
  return credentials;
}

}  // namespace

MaybeCredentials credentials_from_sso(const SourceContext& context, const std::string& profile) {
  TRY(const auto settings, read_settings(context, profile));
  if (!settings) return std::nullopt;
  TRY(const Secret token, sso_token(context, settings->session));
  TRY(const std::string portal, endpoint(context.environment, context.profiles, ServiceName::sso,
                                         settings->session.region, std::nullopt));
  auto reply = context.http.send({.url = portal + "/federation/credentials?account_id=" +
                                         sigv4::uri_encode(settings->account) +
                                         "&role_name=" + sigv4::uri_encode(settings->role),
                                  .headers = {{"x-amz-sso_bearer_token", token.reveal()}}});
  if (reply && reply->status == 401) return sso_log_in(profile, "is over");
  auto body = body_of(std::move(reply));
  if (!body) return fail(with_context(std::move(body).error(), "asking the SSO portal"));
  TRY(Credentials credentials, parse_role_credentials_json(*body));
  credentials.source = "the SSO session of profile '" + profile + "'";
  credentials.renewal = "run aws sso login --profile " + profile;
  return credentials;
}

}  // namespace ec2spotter::aws
