#include "cli/usage.hpp"

#include <algorithm>

#include "base/nearest.hpp"

namespace ec2spotter::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string line;
  for (const std::string& each : words) line += (line.empty() ? "" : between) + each;
  return line;
}

// The commands that were understood, the program first.
std::vector<const CLI::App*> understood(const CLI::App& app) {
  std::vector<const CLI::App*> path{&app};
  while (!path.back()->get_subcommands().empty()) {
    path.push_back(path.back()->get_subcommands().front());
  }
  return path;
}

std::vector<std::string> option_names(const std::vector<const CLI::App*>& path) {
  std::vector<std::string> names;
  for (const CLI::App* app : path) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands({})) names.push_back(each->get_name());
  return names;
}

std::string wrong_word(const std::vector<const CLI::App*>& path, const std::string& command,
                       std::string word) {
  if (word.starts_with('-')) {
    word.resize(std::min(word.find('='), word.size()));
    return command + " has no option '" + word + "'" + did_you_mean(word, option_names(path));
  }
  const std::vector<std::string> commands = command_names(*path.back());
  if (commands.empty()) return command + " does not know what to do with '" + word + "'";
  return "there is no command '" + word + "'" + did_you_mean(word, commands);
}

}  // namespace

void take_one_of(CLI::Option& option, std::vector<std::string> words) {
  option.type_name(joined(words, "|"));
  option.check(CLI::Validator(
      [words = std::move(words)](const std::string& given) -> std::string {
        if (std::find(words.begin(), words.end(), given) != words.end()) return {};
        return "'" + given + "' is not " + joined(words, " or ") + did_you_mean(given, words);
      },
      ""));
}

std::string usage_problem(const CLI::App& app, const CLI::ParseError& error) {
  const auto path = understood(app);
  std::vector<std::string> names;
  for (const CLI::App* each : path) names.push_back(each->get_name());
  const std::string command = joined(names, " ");
  const std::vector<std::string> left = app.remaining(true);
  std::string problem = error.what();
  if (!left.empty()) {
    problem = wrong_word(path, command, left.front());
  } else if (path.size() == 1) {
    problem = "no command is given";
  }
  return problem + (problem.ends_with('?') ? " `" : "; `") + command + " --help` tells more";
}

}  // namespace ec2spotter::cli
