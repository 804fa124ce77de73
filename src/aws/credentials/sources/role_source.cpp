// Profiles with role_arn: STS AssumeRole with the credentials of another source.
#include <algorithm>

#include "aws/credentials/signing.hpp"
#include "aws/credentials/sources/sources.hpp"
#include "aws/credentials/sources/sts.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kSessionName = "ec2-spotter";

using Visited = std::vector<std::string>;

bool names_a_role(const IniSection& section) {
  return !setting(section, "role_arn").empty() &&
         setting(section, "web_identity_token_file").empty();
}

bool has_keys(const IniSection& section) { return !setting(section, "aws_access_key_id").empty(); }

tl::unexpected<Error> wrong(const std::string& profile, const std::string& what) {
  return fail(Errc::unauthorized, "profile '" + profile + "' " + what);
}

Result<Credentials> assume(const SourceContext& context, const std::string& profile,
                           const IniSection& section, const Credentials& source) {
  TRY(const StsEndpoint sts, sts_endpoint(context));
  const std::string role = setting(section, "role_arn");
  const std::string session_name = setting(section, "role_session_name");
  Params params;
  params.add("RoleArn", role);
  params.add("RoleSessionName", session_name.empty() ? kSessionName : session_name);
  params.add_if("ExternalId", setting(section, "external_id"));
  params.add_if("DurationSeconds", setting(section, "duration_seconds"));
  auto body = send_signed(context.http, context.clock, sts_request(sts, "AssumeRole", params),
                          source, {sts.region, "sts"});
  if (!body) return fail(with_context(std::move(body).error(), "assuming " + role));
  TRY(Credentials credentials, parse_role_credentials(*body, "AssumeRole"));
  credentials.source = "the role of profile '" + profile + "'";
  credentials.renewal = source.renewal;
  return credentials;
}

Result<Credentials> by_credential_source(const SourceContext& context, const std::string& profile,
                                         const std::string& kind) {
  MaybeCredentials found = std::nullopt;
  if (kind == "Environment") {
    found = credentials_from_environment(context.environment);
  } else if (kind == "EcsContainer") {
    found = credentials_from_container(context);
  } else if (kind == "Ec2InstanceMetadata") {
    found = credentials_from_imds(context);
  } else {
    return wrong(profile, "has credential_source = " + kind +
                              "; use Environment, EcsContainer or Ec2InstanceMetadata");
  }
  if (!found) return fail(std::move(found).error());
  if (!*found)
    return wrong(profile, "has credential_source = " + kind + ", but there are no credentials");
  return std::move(**found);
}

MaybeCredentials from_role(const SourceContext& context, const std::string& profile,
                           Visited visited);

Result<Credentials> by_source_profile(const SourceContext& context, const std::string& profile,
                                      const std::string& source, const Visited& visited) {
  const IniSection* section = context.profiles.find(source);
  if (section == nullptr) {
    return wrong(profile, "has source_profile = " + source + ", which is in neither file");
  }
  const bool again = std::find(visited.begin(), visited.end(), source) != visited.end();
  if (again && !has_keys(*section)) {
    return wrong(profile, "has source_profile = " + source + ", which leads back to itself");
  }
  MaybeCredentials found = std::nullopt;
  if (has_keys(*section)) {
    found = credentials_from_section(section, source, "shared files");
  } else if (names_a_role(*section)) {
    found = from_role(context, source, visited);
  } else {
    found = credentials_from_profile(context, source);
  }
  if (!found) return fail(std::move(found).error());
  if (!*found) return wrong(profile, "has source_profile = " + source + ", which has no keys");
  return std::move(**found);
}

MaybeCredentials from_role(const SourceContext& context, const std::string& profile,
                           Visited visited) {
  const IniSection* section = context.profiles.find(profile);
  if (section == nullptr || !names_a_role(*section)) return std::nullopt;
  if (!setting(*section, "mfa_serial").empty()) {
    return wrong(profile,
                 "needs an MFA code (mfa_serial), and this program cannot ask for one; run "
                 "eval \"$(aws configure export-credentials --profile " +
                     profile + " --format env)\" first, which asks, or use a role without it");
  }
  visited.push_back(profile);
  const std::string source = setting(*section, "source_profile");
  const std::string kind = setting(*section, "credential_source");
  if (source.empty() == kind.empty()) {
    return wrong(profile, "has role_arn and needs either source_profile or credential_source");
  }
  TRY(const Credentials base, source.empty()
                                  ? by_credential_source(context, profile, kind)
                                  : by_source_profile(context, profile, source, visited));
  TRY(Credentials credentials, assume(context, profile, *section, base));
  return credentials;
}

}  // namespace

MaybeCredentials credentials_from_role(const SourceContext& context, const std::string& profile) {
  return from_role(context, profile, {});
}

}  // namespace ec2spotter::aws
