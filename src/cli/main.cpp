// The program: parses its arguments, runs one command, turns its result into an exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/parsing/command_line.hpp"
#include "cli/parsing/parsed.hpp"
#include "cli/usage.hpp"
#include "sim/vm/network/relay.hpp"

namespace ec2spotter::cli {
namespace {

// `ec2spotter-launch FILE` and `ec2spotter-setup` are the original's names for two commands.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  std::string_view program(argv[0]);
  program.remove_prefix(program.rfind('/') + 1);
  if (program == "ec2spotter-launch") words.insert(words.begin(), "launch");
  if (program == "ec2spotter-setup") words.insert(words.begin(), "setup");
  return words;
}

int report(const Result<void>& result) {
  if (result) return static_cast<int>(ExitStatus::done);
  fmt::print(stderr, "ec2spotter: {}\n", result.error().describe());
  return static_cast<int>(exit_status(result.error().code));
}

int run(std::vector<std::string> words) {
  CLI::App app;
  Parsed parsed;
  build_command_line(app, parsed);
  std::reverse(words.begin(), words.end());
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    fmt::print(stderr, "ec2spotter: {}\n", usage_problem(app, error));
    return static_cast<int>(ExitStatus::usage);
  }
  return report(parsed.action());
}

}  // namespace
}  // namespace ec2spotter::cli

int main(int argc, char** argv) {
  // QEMU starts this for every connection to the metadata service, so it must cost nothing.
  if (argc == 3 && std::string_view(argv[1]) == ec2spotter::cli::kSimRelay) {
    return ec2spotter::sim::relay_main(std::atoi(argv[2]));
  }
  return ec2spotter::cli::run(ec2spotter::cli::arguments_of(argc, argv));
}
