// The access token of an IAM Identity Center session, in the cache that `aws sso login` fills.
#pragma once

#include <string>

#include "aws/credentials/sources/sources.hpp"

namespace ec2spotter::aws {

struct SsoSession {
  std::string profile;    // for messages
  std::string name;       // of the [sso-session]; empty: the older form, which cannot be renewed
  std::string start_url;  // the address of the portal's sign-in page
  std::string region;
};

// The token in ~/.aws/sso/cache. That of a named session is renewed from fifteen minutes before its
// end on, with the refresh token beside it, and written back in the AWS CLI's form. A renewal that
// AWS refuses is no error while the old token is valid. Errors: unauthorized with the command that
// opens a session; io when the cache cannot be read or, for a renewal, written; transport. Source:
// botocore's SSOTokenProvider; IAM Identity Center OIDC API, CreateToken.
Result<Secret> sso_token(const SourceContext& context, const SsoSession& session);

// The error about a session that only the user can open.
tl::unexpected<Error> sso_log_in(const std::string& profile, const std::string& why);

}  // namespace ec2spotter::aws
