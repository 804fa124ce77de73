// Credentials in environment variables.
#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {

namespace {

// AWS_SECURITY_TOKEN is the older name, and the SDKs read it first.
std::string session_token(const Environment& environment) {
  if (auto token = variable(environment, "AWS_SECURITY_TOKEN")) return *token;
  return variable(environment, "AWS_SESSION_TOKEN").value_or("");
}

}  // namespace

MaybeCredentials credentials_from_environment(const Environment& environment) {
  const auto key = variable(environment, "AWS_ACCESS_KEY_ID");
  if (!key) return std::nullopt;
  const auto secret = variable(environment, "AWS_SECRET_ACCESS_KEY");
  if (!secret) {
    return fail(Errc::unauthorized,
                "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set both or neither");
  }
  Credentials credentials{
      .access_key_id = *key,
      .secret_access_key = Secret(*secret),
      .session_token = Secret(session_token(environment)),
      .source = "the environment",
      .renewal = "set new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"};
  if (const auto expires = variable(environment, "AWS_CREDENTIAL_EXPIRATION")) {
    credentials.expires = parse_iso8601(*expires);
    if (!credentials.expires) {
      return fail(Errc::unauthorized,
                  "AWS_CREDENTIAL_EXPIRATION is not a time such as "
                  "2026-04-22T22:56:02+01:00; correct it, or unset it");
    }
  }
  return credentials;
}

}  // namespace ec2spotter::aws
