// The file format of ~/.aws/config and ~/.aws/credentials. Pure.
// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ec2spotter::aws {

// Keys in lower case. The settings below an empty "ec2 =" line have the key "ec2.endpoint_url".
using IniSection = std::map<std::string, std::string>;
// By the text between the brackets, blanks folded: "default", "profile work", "sso-session corp".
using Ini = std::map<std::string, IniSection>;

// Errors: invalid, naming `file_name` and the line, never the line's text (it may be a secret).
Result<Ini> parse_ini(std::string_view text, std::string_view file_name);

}  // namespace ec2spotter::aws
