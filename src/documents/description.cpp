#include "documents/description.hpp"

#include <algorithm>
#include <set>

#include "cli/parsing/help_format.hpp"

namespace ec2spotter::documents {
namespace {

std::vector<std::string> split(const std::string& text, char between) {
  std::vector<std::string> parts(1);
  for (const char each : text) {
    if (each == between) {
      parts.emplace_back();
    } else {
      parts.back() += each;
    }
  }
  return parts;
}

Given given(const CLI::Option& option) {
  Given result;
  if (option.nonpositional()) {
    for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  } else {
    result.names.push_back(option.get_name(true, false));
  }
  // CLI11 adds what a value is checked for: "MINUTES:1 to 1440". "HOST:PORT" is all of the type.
  if (option.get_type_size() != 0) result.type = option.get_type_name();
  const std::size_t colon = result.type.find(':');
  if (colon != std::string::npos && result.type.find(" to ") != std::string::npos) {
    result.range = result.type.substr(colon + 1);
    result.type.resize(colon);
  }
  if (result.type.find('|') != std::string::npos) result.words = split(result.type, '|');
  result.about = option.get_description();
  result.required = option.get_required();
  result.many = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  return result;
}

}  // namespace

Command describe(const CLI::App& app) {
  Command command{.name = cli::command_name(app),
                  .group = app.get_group(),
                  .about = app.get_description(),
                  .examples = {},
                  .options = {},
                  .arguments = {},
                  .commands = {}};
  for (const cli::CommandRow& row : cli::command_table()) {
    if (row.command == command.name) command.examples = row.examples;
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option == app.get_help_ptr()) continue;
    (option->nonpositional() ? command.options : command.arguments).push_back(given(*option));
  }
  for (const CLI::App* each : app.get_subcommands({})) {
    command.commands.push_back(describe(*each));
  }
  return command;
}

std::string usage_of(const Command& command) {
  std::string usage = "ec2spotter";
  if (!command.name.empty()) usage += " " + command.name;
  if (!command.options.empty()) usage += " [OPTIONS]";
  for (const Given& argument : command.arguments) {
    const std::string name = argument.names.front() + (argument.many ? "..." : "");
    usage += argument.required ? " " + name : " [" + name + "]";
  }
  return usage;
}

std::string last_word(const Command& command) {
  return command.name.substr(command.name.rfind(' ') + 1);
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& each : words) {
    if (!text.empty()) text += between;
    text += each;
  }
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::vector<std::string> names_with_value(const Command& program) {
  std::set<std::string> names;
  for (const Given& option : program.options) {
    if (!option.type.empty()) names.insert(option.names.begin(), option.names.end());
  }
  for (const Command& command : program.commands) {
    for (const std::string& name : names_with_value(command)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace ec2spotter::documents
