// Credentials in environment variables.
#include "aws/credentials/sources.hpp"

namespace ec2spotter::aws {

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
      .session_token = Secret(variable(environment, "AWS_SESSION_TOKEN").value_or("")),
      .source = "the environment",
      .renewal = "set new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"};
  if (const auto expires = variable(environment, "AWS_CREDENTIAL_EXPIRATION")) {
    credentials.expires = parse_iso8601(*expires);
  }
  return credentials;
}

}  // namespace ec2spotter::aws
