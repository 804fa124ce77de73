// What help tells of each command, against the commands that there are.
#include "cli/parsing/command_table.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/parsing/command_line.hpp"
#include "cli/parsing/help_format.hpp"
#include "cli/parsing/parsed.hpp"

namespace ec2spotter::cli {
namespace {

void add_names_below(const CLI::App& app, std::multiset<std::string>& names) {
  for (const CLI::App* each : app.get_subcommands({})) {
    names.insert(command_name(*each));
    add_names_below(*each, names);
  }
}

TEST(CommandTableTest, HasARowForEachCommandAndNoOther) {
  CLI::App app;
  Parsed parsed;
  build_command_line(app, parsed);
  std::multiset<std::string> names;
  add_names_below(app, names);
  std::multiset<std::string> rows;
  for (const CommandRow& row : command_table()) rows.insert(std::string(row.command));
  EXPECT_EQ(rows, names);
}

// The words of a command line, the last one first, as CLI11 takes them.
std::vector<std::string> reversed_words(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  std::reverse(words.begin(), words.end());
  return words;
}

TEST(CommandTableTest, EachCommandHasExamplesThatAreUnderstood) {
  for (const CommandRow& row : command_table()) {
    EXPECT_FALSE(row.examples.empty()) << row.command;
    for (const Example& example : row.examples) {
      CLI::App app;
      Parsed parsed;
      build_command_line(app, parsed);
      std::vector<std::string> words = reversed_words(example.words);
      ASSERT_EQ(words.back(), "ec2spotter") << example.words;
      words.pop_back();
      EXPECT_NO_THROW(app.parse(words)) << example.words;
      EXPECT_TRUE(parsed.action) << example.words;
      const CLI::App* chosen = &app;
      while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
      EXPECT_EQ(command_name(*chosen), row.command) << example.words;
    }
  }
}

}  // namespace
}  // namespace ec2spotter::cli
