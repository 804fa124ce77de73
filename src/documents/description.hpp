// The command line as plain values: what man pages and completions are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/parsing/command_table.hpp"

namespace ec2spotter::documents {

// An option, or an argument that is known by its place.
struct Given {
  std::vector<std::string> names;  // "-q" and "--quiet"; of an argument "FILE"
  std::string type;                // of its value: "MINUTES"; empty: it has none
  std::string range;               // which values: "1 to 1440"; empty: any
  std::string about;
  std::vector<std::string> words;  // all values that there are; empty: others
  bool required = false;
  bool many = false;  // takes several values
};

struct Command {
  std::string name;  // "launch", "sim capacity"; empty: the program
  std::string group;
  std::string about;
  std::vector<cli::Example> examples;
  std::vector<Given> options;    // without --help, and without those of the program
  std::vector<Given> arguments;  // in their order
  std::vector<Command> commands;
};

// Reads `app` and all commands below it.
Command describe(const CLI::App& app);

// "ec2spotter launch [OPTIONS] FILE [TYPE]", without "[OPTIONS]" where there are none.
std::string usage_of(const Command& command);

// The last word of a command's name.
std::string last_word(const Command& command);

std::string joined(const std::vector<std::string>& words, std::string_view between);

// `text` with each `from` replaced by `to`.
std::string replaced(std::string text, std::string_view from, std::string_view to);

// The names of all options, of any command, that take a value.
std::vector<std::string> names_with_value(const Command& program);

}  // namespace ec2spotter::documents
