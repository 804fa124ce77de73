// The role of the EC2 instance that we run on.
#include "aws/config/imds.hpp"
#include "aws/credentials/sources/json_credentials.hpp"
#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {

MaybeCredentials credentials_from_imds(const SourceContext& context) {
  const std::string folder = "/latest/meta-data/iam/security-credentials/";
  Imds imds(context.environment, context.profiles, context.http);
  const auto roles = imds.get(folder);
  if (!roles) return std::nullopt;
  const std::string role = roles->substr(0, roles->find('\n'));
  if (role.empty() || role.find_first_of(" /\r") != std::string::npos) return std::nullopt;
  const auto document = imds.get(folder + role);
  if (!document) return std::nullopt;
  TRY(Credentials credentials,
      credentials_from_json(*document, {}, "the instance's role '" + role + "'"));
  credentials.renewal = "check the instance's profile";
  return credentials;
}

}  // namespace ec2spotter::aws
