// An OpenID Connect token in a file (EKS, CI systems), exchanged for credentials of a role.
#include "aws/credentials/signing.hpp"
#include "aws/credentials/sources/sources.hpp"
#include "aws/credentials/sources/sts.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kAction = "AssumeRoleWithWebIdentity";
constexpr const char* kSessionName = "ec2-spotter";

}  // namespace

MaybeCredentials credentials_from_web_identity(const SourceContext& context,
                                               const WebIdentity& identity) {
  if (identity.token_file.empty()) return std::nullopt;
  if (identity.role_arn.empty()) {
    return fail(Errc::unauthorized,
                "a web identity token file is named, but no role; set AWS_ROLE_ARN or role_arn");
  }
  const auto path = path_in(context.environment, identity.token_file);
  TRY(auto file, read_small_file(path));
  if (!file) {
    return fail(Errc::io, "the web identity token " + path.string() +
                              " does not exist; correct AWS_WEB_IDENTITY_TOKEN_FILE");
  }
  std::string token = std::move(file->text);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();

  TRY(const StsEndpoint sts, sts_endpoint(context));
  Params params;
  params.add("RoleArn", identity.role_arn);
  params.add("RoleSessionName",
             identity.session_name.empty() ? kSessionName : identity.session_name);
  params.add("WebIdentityToken", std::move(token));
  auto body = body_of(context.http.send(sts_request(sts, kAction, params)));
  if (!body) {
    return fail(with_context(std::move(body).error(), "assuming " + identity.role_arn));
  }
  TRY(Credentials credentials, parse_role_credentials(*body, kAction));
  credentials.source = "the web identity token " + path.string();
  credentials.renewal = "renew the token in that file";
  return credentials;
}

MaybeCredentials credentials_from_web_identity_environment(const SourceContext& context) {
  const auto value = [&](std::string_view name, const std::string& key) {
    if (auto set = variable(context.environment, name)) return *set;
    return setting(context.profiles.current(), key);
  };
  return credentials_from_web_identity(
      context, {.token_file = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"),
                .role_arn = value("AWS_ROLE_ARN", "role_arn"),
                .session_name = value("AWS_ROLE_SESSION_NAME", "role_session_name")});
}

}  // namespace ec2spotter::aws
