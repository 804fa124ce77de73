// The command line: which commands there are, with which options.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/parsing/parsed.hpp"

namespace ec2spotter::cli {

// Adds all options and commands to a new `app`. Parsing fills `parsed`, which must outlive `app`.
void build_command_line(CLI::App& app, Parsed& parsed);

}  // namespace ec2spotter::cli
