// One profile of the shared files, by every means that it may name.
#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {

namespace {

// The AWS CLI renews those credentials with a key that only it has.
tl::unexpected<Error> made_by_login(const std::string& profile) {
  return fail(Errc::unauthorized,
              "profile '" + profile +
                  "' was made by `aws login` (login_session), which is not supported; add another "
                  "profile with the line 'credential_process = aws configure export-credentials "
                  "--profile " +
                  profile + " --format process', and choose it with --profile");
}

}  // namespace

MaybeCredentials credentials_from_profile(const SourceContext& context,
                                          const std::string& profile) {
  TRY(auto role, credentials_from_role(context, profile));
  if (role) return role;
  const IniSection* section = context.profiles.find(profile);
  if (section == nullptr) return std::nullopt;
  TRY(auto web, credentials_from_web_identity(
                    context, {.token_file = setting(*section, "web_identity_token_file"),
                              .role_arn = setting(*section, "role_arn"),
                              .session_name = setting(*section, "role_session_name")}));
  if (web) return web;
  TRY(auto sso, credentials_from_sso(context, profile));
  if (sso) return sso;
  TRY(auto keys, credentials_from_section(context.profiles.in_credentials_file(profile), profile,
                                          "credentials file"));
  if (keys) return keys;
  if (!setting(*section, "login_session").empty()) return made_by_login(profile);
  TRY(auto process, credentials_from_process(context, profile));
  if (process) return process;
  return credentials_from_section(context.profiles.in_config_file(profile), profile, "config file");
}

}  // namespace ec2spotter::aws
