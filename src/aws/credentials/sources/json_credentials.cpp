#include "aws/credentials/sources/json_credentials.hpp"

#include <nlohmann/json.hpp>

namespace ec2spotter::aws {
namespace {

std::string member(const nlohmann::json& json, const char* name) {
  const auto it = json.find(name);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

tl::unexpected<Error> malformed(const std::string& source, const std::string& what) {
  return fail(Errc::malformed_reply, "the credentials from " + source + " " + what);
}

}  // namespace

Result<Credentials> credentials_from_json(std::string_view text, const JsonNames& names,
                                          const std::string& source) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return malformed(source, "are not a JSON object");
  Credentials credentials{.access_key_id = member(json, "AccessKeyId"),
                          .secret_access_key = Secret(member(json, "SecretAccessKey")),
                          .session_token = Secret(member(json, names.token)),
                          .source = source};
  if (credentials.access_key_id.empty()) return malformed(source, "have no AccessKeyId");
  if (credentials.secret_access_key.empty()) return malformed(source, "have no SecretAccessKey");
  const auto expiration = json.find("Expiration");
  if (expiration == json.end() || expiration->is_null()) return credentials;
  credentials.expires = parse_iso8601(member(json, "Expiration"));
  if (!credentials.expires) {
    return malformed(source,
                     "have an Expiration that is not a time such as \"2026-04-22T22:56:02+01:00\"");
  }
  return credentials;
}

}  // namespace ec2spotter::aws
