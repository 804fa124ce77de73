// The places where credentials can be found, each one a function in a file of its own. nullopt
// means "not set up here, look further"; an error means "set up, but wrong", and ends the search.
// Source: AWS SDKs and Tools Reference Guide, "Credential providers".
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "aws/config/environment.hpp"
#include "aws/config/profiles.hpp"
#include "aws/credentials/corrected_clock.hpp"
#include "aws/credentials/credentials.hpp"
#include "aws/net/http.hpp"

namespace ec2spotter::aws {

using MaybeCredentials = Result<std::optional<Credentials>>;

// What the sources work with; everything outlives the call.
struct SourceContext {
  const Environment& environment;
  const Profiles& profiles;
  HttpTransport& http;
  CorrectedClock& clock;
  std::string region;  // for STS; empty: us-east-1
};

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION.
MaybeCredentials credentials_from_environment(const Environment& environment);

// aws_access_key_id and its companions in `section`, a profile of either file; nullptr: nothing.
MaybeCredentials credentials_from_section(const IniSection* section, std::string_view profile,
                                          std::string_view file);

// role_arn with source_profile or credential_source: STS AssumeRole, for a chain of roles if
// needed.
MaybeCredentials credentials_from_role(const SourceContext& context, const std::string& profile);

// One profile by all means that it may name, in the AWS order: role, web identity, SSO, keys in the
// credentials file, credential_process, keys in the config file. A login_session, which comes
// before the credential_process, is refused with a workaround.
MaybeCredentials credentials_from_profile(const SourceContext& context, const std::string& profile);

struct WebIdentity {
  std::string token_file;
  std::string role_arn;
  std::string session_name;  // empty: ours
};
// STS AssumeRoleWithWebIdentity, which carries no signature.
MaybeCredentials credentials_from_web_identity(const SourceContext& context,
                                               const WebIdentity& identity);
// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME, and for each that is not set
// the chosen profile's setting.
MaybeCredentials credentials_from_web_identity_environment(const SourceContext& context);

// The token that `aws sso login` left in ~/.aws/sso/cache, renewed when it is about to end and
// exchanged for credentials at the portal.
MaybeCredentials credentials_from_sso(const SourceContext& context, const std::string& profile);

// The command of credential_process, run without a shell.
MaybeCredentials credentials_from_process(const SourceContext& context, const std::string& profile);

// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI.
MaybeCredentials credentials_from_container(const SourceContext& context);
// https, or http to the machine itself or to the addresses of ECS and EKS.
bool is_trusted_container_address(std::string_view url);

// The role of the EC2 instance that we run on.
MaybeCredentials credentials_from_imds(const SourceContext& context);

struct LegacyCredentials {
  std::optional<Credentials> credentials;
  bool world_readable = false;
};
// The original tool's file: AWSAccessKeyId=... and AWSSecretKey=..., or the environment's names for
// them, in any order and in the forms of base/shell_assignments.hpp; or the two values alone, a
// line each. Errors: unauthorized, with the line, also for a NAME= that is not known and for a key
// id that may be a secret.
Result<LegacyCredentials> credentials_from_legacy_file(const std::filesystem::path& path);

}  // namespace ec2spotter::aws
