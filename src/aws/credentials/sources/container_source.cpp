// The credentials endpoint of ECS tasks and EKS pods.
#include "aws/credentials/sources/json_credentials.hpp"
#include "aws/credentials/sources/sources.hpp"
#include "aws/net/url.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kEcsEndpoint = "http://169.254.170.2";
constexpr Duration kTimeout = std::chrono::seconds{2};

// The value of the Authorization header, or "".
Result<std::string> authorization_token(const Environment& environment) {
  std::string token = variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto name = variable(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    const auto path = path_in(environment, *name);
    TRY(const auto file, read_small_file(path));
    if (!file) {
      return fail(Errc::io, path.string() +
                                " does not exist; correct AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    }
    token = file->text;
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  }
  if (token.find_first_of("\r\n") != std::string::npos) {
    return fail(Errc::unauthorized, "the container's authorization token has a line break");
  }
  return token;
}

std::string address_of(const Environment& environment) {
  if (const auto path = variable(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    return kEcsEndpoint + *path;
  }
  return variable(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
}

}  // namespace

bool is_trusted_container_address(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return false;
  return url->scheme == "https" || is_loopback(*url) || url->host == "169.254.170.2" ||
         url->host == "169.254.170.23" || url->host == "[fd00:ec2::23]";
}

MaybeCredentials credentials_from_container(const SourceContext& context) {
  const std::string address = address_of(context.environment);
  if (address.empty()) return std::nullopt;
  if (!is_trusted_container_address(address)) {
    return fail(
        Errc::unauthorized,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http to this machine: " + address);
  }
  TRY(const std::string token, authorization_token(context.environment));
  HttpRequest request{
      .url = address, .connect_timeout = kTimeout, .total_timeout = kTimeout, .proxy = Proxy::none};
  if (!token.empty()) request.headers.emplace_back("authorization", token);
  auto reply = context.http.send(request);
  if (!reply) {
    return fail(with_context(std::move(reply).error(), "asking the container's credentials"));
  }
  if (reply->status != 200) {
    return fail(Errc::unauthorized, "the container's credentials endpoint answers HTTP " +
                                        std::to_string(reply->status) + "; give the task a role");
  }
  TRY(Credentials credentials,
      credentials_from_json(reply->body, {}, "the container's credentials endpoint"));
  credentials.renewal = "give the task a role that is valid";
  return credentials;
}

}  // namespace ec2spotter::aws
