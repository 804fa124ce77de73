// The two STS calls that hand out credentials of a role.
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/sources/sources.hpp"
#include "aws/wire/query.hpp"

namespace ec2spotter::aws {

struct StsEndpoint {
  std::string url;
  std::string region;
};
Result<StsEndpoint> sts_endpoint(const SourceContext& context);

// The request of an STS call, unsigned.
HttpRequest sts_request(const StsEndpoint& endpoint, const std::string& action,
                        const Params& params);

// The credentials in the reply to `action`. Errors: malformed_reply.
Result<Credentials> parse_role_credentials(std::string_view body, const std::string& action);

}  // namespace ec2spotter::aws
