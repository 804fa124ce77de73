// `sim` and its subcommands: the options of the local EC2, and a row for each control call.
#pragma once

#include "cli/parsing/parsed.hpp"

namespace ec2spotter::cli {

void add_sim(CLI::App& app, Parsed& parsed);

}  // namespace ec2spotter::cli
