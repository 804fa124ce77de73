#include "aws/credentials/sources/sts.hpp"

#include "aws/config/endpoints.hpp"
#include "aws/wire/xml.hpp"

namespace ec2spotter::aws {

Result<StsEndpoint> sts_endpoint(const SourceContext& context) {
  const std::string region = context.region.empty() ? "us-east-1" : context.region;
  TRY(std::string url,
      endpoint(context.environment, context.profiles, ServiceName::sts, region, std::nullopt));
  return StsEndpoint{std::move(url), region};
}

HttpRequest sts_request(const StsEndpoint& endpoint, const std::string& action,
                        const Params& params) {
  Params all;
  all.add("Action", action);
  all.add("Version", "2011-06-15");
  for (const auto& [name, value] : params.pairs()) all.add(name, value);
  return {.method = "POST",
          .url = endpoint.url + "/",
          .headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}},
          .body = encode_form(all)};
}

Result<Credentials> parse_role_credentials(std::string_view body, const std::string& action) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, action + "Response"));
  const XmlElement element = root.child(action + "Result").child("Credentials");
  Credentials credentials;
  TRY(credentials.access_key_id, element.required("AccessKeyId"));
  TRY(std::string secret, element.required("SecretAccessKey"));
  TRY(std::string token, element.required("SessionToken"));
  TRY(credentials.expires, element.time("Expiration"));
  credentials.secret_access_key = Secret(std::move(secret));
  credentials.session_token = Secret(std::move(token));
  return credentials;
}

}  // namespace ec2spotter::aws
