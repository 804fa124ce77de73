// The form of `--help`: examples come first, then what can be given.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace ec2spotter::cli {

// "launch", "sim capacity"; empty for the program itself.
std::string command_name(const CLI::App& app);

class HelpFormat final : public CLI::Formatter {
 public:
  HelpFormat();
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_footer(const CLI::App* app) const override;
};

}  // namespace ec2spotter::cli
