#include "cli/parsing/help_format.hpp"

#include <algorithm>
#include <utility>

#include "cli/parsing/command_table.hpp"

namespace ec2spotter::cli {
namespace {

constexpr std::string_view kFirstSteps =
    "  ec2spotter setup                check credentials and region\n"
    "  ec2spotter launch web.toml      start the machine of web.toml\n"
    "  ec2spotter watch                keep the machines of this folder up\n";

// One line for each example, what it does in a column of its own.
std::string lines_of(const std::vector<Example>& examples) {
  std::size_t width = 0;
  for (const Example& each : examples) width = std::max(width, each.words.size());
  std::string lines;
  for (const Example& each : examples) {
    lines += "  " + std::string(each.words) + std::string(width + 3 - each.words.size(), ' ');
    lines += std::string(each.about) + "\n";
  }
  return lines;
}

}  // namespace

std::string command_name(const CLI::App& app) {
  if (app.get_parent() == nullptr) return {};
  const std::string above = command_name(*app.get_parent());
  return above.empty() ? app.get_name() : above + " " + app.get_name();
}

HelpFormat::HelpFormat() {
  label("Positionals", "Arguments");
  label("SUBCOMMAND", "COMMAND");
}

std::string HelpFormat::make_usage(const CLI::App* app, std::string name) const {
  std::string examples(app->get_parent() == nullptr ? kFirstSteps : "");
  for (const CommandRow& row : command_table()) {
    if (row.command == command_name(*app)) examples = lines_of(row.examples);
  }
  return "\nExamples:\n" + examples + "\n" + Formatter::make_usage(app, std::move(name));
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
  return option->nonpositional() ? Formatter::make_option_opts(option) : std::string();
}

std::string HelpFormat::make_footer(const CLI::App* app) const {
  if (app->get_parent() != nullptr)
    return "`ec2spotter --help` has the options of every command.\n";
  return "`ec2spotter COMMAND --help` has the options of a command.\n";
}

}  // namespace ec2spotter::cli
