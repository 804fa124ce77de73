// The file format of ~/.aws/config and ~/.aws/credentials, read as botocore reads it. Pure.
// Source: botocore's configloader, which is Python's configparser without interpolation.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter::aws {

// Keys in lower case. The settings below an empty "ec2 =" line have the key "ec2.endpoint_url".
using IniSection = std::map<std::string, std::string>;

struct NamedSection {
  std::string name;  // the text between the brackets, as it stands: "default", "profile work"
  IniSection settings;
};
// In the order of the file; each name is there once. The settings of [DEFAULT] are in all of them.
using Ini = std::vector<NamedSection>;

// A line that is indented deeper than the key above it continues that key's value; '#' and ';'
// start a comment at the beginning of a line only; '=' or ':' ends a key. A byte order mark is
// skipped. Errors: invalid, naming `file_name` and the line, never the line's text (it may be a
// secret): no section, no key, a section or a key that is there twice.
Result<Ini> parse_ini(std::string_view text, std::string_view file_name);

}  // namespace ec2spotter::aws
