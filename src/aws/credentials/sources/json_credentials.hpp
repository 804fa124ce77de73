// Credentials in the JSON documents of IMDS, the container endpoint and credential_process.
#pragma once

#include <string>
#include <string_view>

#include "aws/credentials/credentials.hpp"

namespace ec2spotter::aws {

struct JsonNames {
  const char* token = "Token";  // the session token's member; the other names are always the same
};

// Errors: malformed_reply, naming `source` and the missing member, never a value.
Result<Credentials> credentials_from_json(std::string_view text, const JsonNames& names,
                                          const std::string& source);

}  // namespace ec2spotter::aws
