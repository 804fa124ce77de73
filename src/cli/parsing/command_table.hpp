// What help, man pages and completions tell of each command beside its options: under which heading
// it stands, and examples of its use.
#pragma once

#include <string_view>
#include <vector>

namespace ec2spotter::cli {

struct Example {
  std::string_view words;  // a whole command line
  std::string_view about;  // what it does
};

struct CommandRow {
  std::string_view command;  // "launch", "sim capacity"
  std::string_view group;    // the heading in `ec2spotter --help`; empty: that of its neighbours
  std::vector<Example> examples;
};

// A row for each command, in the order of help.
const std::vector<CommandRow>& command_table();

}  // namespace ec2spotter::cli
