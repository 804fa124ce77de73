// Reads files of shell assignments (NAME=value lines) without ever running a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter {

struct Assignment {
  int line = 0;         // counted from 1
  std::string name;     // empty: the line is one word that sets nothing
  std::string value;    // quotes and backslashes taken away, nothing expanded
  bool active = false;  // a shell would do more with the value than take it: $, `, ;, |, &, <, >
  bool operator==(const Assignment&) const = default;
};

// The assignments of `text` in their order, read as a shell would: quotes, backslashes, comments,
// `export`, several on a line, CRLF. Further, as people write it: blanks around the '=', and a byte
// order mark in front. Errors: invalid, "LINE: what is wrong" without any value, which may be a
// secret.
Result<std::vector<Assignment>> read_assignments(std::string_view text);

}  // namespace ec2spotter
