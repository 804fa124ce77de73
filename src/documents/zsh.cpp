// Completion for zsh: a specification for each command, as _arguments reads it.
#include "documents/completions.hpp"

namespace ec2spotter::documents {
namespace {

constexpr const char* kHead = R"sh(#compdef ec2spotter-launch ec2spotter-setup ec2spotter
# Completion for zsh: ec2spotter.

# The names of the machine files in the folder that --machines names, else in this one.
_ec2spotter_machines() {
  local folder=${opt_args[--machines]:-.}
  local -a files
  files=(${~folder}/*.(toml|conf)(N:t:r))
  compadd -a files
}
)sh";

constexpr const char* kTail = R"sh(
_ec2spotter() {
  case ${service} in
    ec2spotter-launch) _ec2spotter_launch ;;
    ec2spotter-setup) _ec2spotter_setup ;;
    *) _ec2spotter_program ;;
  esac
}

_ec2spotter "$@"
)sh";

// As it stands in a specification between single quotes.
std::string safe(std::string text) {
  for (const char* each : {"\\", "[", "]", ":"})
    text = replaced(text, each, "\\" + std::string(each));
  return replaced(text, "'", "'\\''");
}

// What lists the values.
std::string action(const Given& given) {
  if (!given.words.empty()) return "(" + joined(given.words, " ") + ")";
  if (given.type == "MACHINE") return "_ec2spotter_machines";
  if (given.type == "DIR") return "_files -/";
  if (given.type == "FILE" || given.type == "PATH") return "_files";
  return " ";
}

std::string option(const Given& given) {
  std::string lines;
  for (const std::string& name : given.names) {
    const bool is_long = name.starts_with("--");
    lines += "    '" + name + (given.type.empty() ? "" : is_long ? "=" : "+");
    lines += "[" + safe(given.about) + "]";
    if (!given.type.empty()) lines += ":" + safe(given.type) + ":" + action(given);
    lines += "' \\\n";
  }
  return lines;
}

std::string argument(const Given& given, std::size_t place) {
  std::string line = "    '" + (given.many ? "*" : std::to_string(place));
  line += given.required || given.many ? ":" : "::";
  return line + safe(given.names.front()) + ":" + action(given) + "' \\\n";
}

bool has_option(const Command& command, const std::string& name) {
  for (const Given& each : command.options) {
    for (const std::string& own : each.names) {
      if (own == name) return true;
    }
  }
  return false;
}

std::string function_name(const Command& command) {
  return "_ec2spotter_" + (command.name.empty() ? "program" : replaced(command.name, " ", "__"));
}

std::string choice_of_commands(const Command& command) {
  const std::string name = function_name(command);
  std::string text = "  local -a commands=(\n";
  for (const Command& each : command.commands) {
    text += "    '" + last_word(each) + ":" + safe(each.about) + "'\n";
  }
  text += "  )\n  case $state in\n    commands) _describe -t commands command commands ;;\n";
  text += "    arguments)\n      case $words[1] in\n";
  for (const Command& each : command.commands) {
    text += "        " + last_word(each) + ") " + function_name(each) + " ;;\n";
  }
  return text + "      esac ;;\n  esac\n";
}

void add_functions(const Command& command, const Command& program, std::string& text) {
  for (const Command& each : command.commands) add_functions(each, program, text);
  text += "\n" + function_name(command) + "() {\n";
  text += "  local curcontext=$curcontext state line\n  typeset -A opt_args\n  _arguments -C \\\n";
  for (const Given& each : command.options) text += option(each);
  if (&command != &program) {
    for (const Given& each : program.options) {
      if (!has_option(command, each.names.back())) text += option(each);
    }
  }
  std::size_t place = 0;
  for (const Given& each : command.arguments) text += argument(each, ++place);
  if (!command.commands.empty()) {
    text += "    '1: :->commands' \\\n    '*:: :->arguments' \\\n";
  }
  text += "    '(-h --help)'{-h,--help}'[print this help]'\n";
  if (!command.commands.empty()) text += choice_of_commands(command);
  text += "}\n";
}

}  // namespace

std::string zsh_completion(const Command& program) {
  std::string text = kHead;
  add_functions(program, program, text);
  return text + kTail;
}

}  // namespace ec2spotter::documents
