// What is said about a command line that cannot be understood.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ec2spotter::cli {

// Takes one of `words`, which help shows as "text|json".
void take_one_of(CLI::Option& option, std::vector<std::string> words);

// Which word is wrong, what was meant, and where to read on; `app` has just failed to parse.
std::string usage_problem(const CLI::App& app, const CLI::ParseError& error);

}  // namespace ec2spotter::cli
