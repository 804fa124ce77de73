// Assignments as a shell reads them, and what is said of any other line.
#include "base/shell_assignments.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

namespace ec2spotter {
namespace {

// "NAME=VALUE" of each, separated by '|', or the error.
std::string read(std::string_view text) {
  const auto found = read_assignments(text);
  if (!found) return found.error().message;
  std::string all;
  for (const Assignment& each : *found) {
    all += (all.empty() ? "" : "|") + each.name + "=" + each.value + (each.active ? "!" : "");
  }
  return all;
}

TEST(ShellAssignmentsTest, ReadsTheFormsThatPeopleUse) {
  EXPECT_EQ(read("\xEF\xBB\xBF# head\r\na=1\r\n\r\n  export b='2 3' # end\n"), "a=1|b=2 3");
  EXPECT_EQ(read("a = 1\nb =2\nc= 3\nd=\ne='' # none"), "a=1|b=2|c=3|d=|e=");
  EXPECT_EQ(read("a=1; export b=2;c=3 d=4;"), "a=1|b=2|c=3|d=4");
  EXPECT_EQ(read("a=1\nexport a\nexport a=2 b"), "a=1|a=2");
  EXPECT_EQ(read("a=x#y\nb=\"it's \\\"so\\\"\"\nc=p\\ q'r'\"s\""), "a=x#y|b=it's \"so\"|c=p qrs");
  EXPECT_EQ(read("export=1\nexport = 2"), "export=1|export=2");
}

TEST(ShellAssignmentsTest, SaysWhatAShellWouldHaveDone) {
  for (const char* text : {"a=$(b)", "a=`b`", "a=\"$b\"", "a=b|c", "a=b&", "a=<b", "a=b\\"}) {
    EXPECT_TRUE(read(text).ends_with("!")) << text;
  }
  EXPECT_EQ(read("a='$b `c`'"), "a=$b `c`");
}

TEST(ShellAssignmentsTest, AnErrorNamesItsLineAndNoValue) {
  EXPECT_EQ(read("a=1\nb='secret"), "2: the quote is not closed");
  EXPECT_EQ(read("a=two words"),
            "1: expected NAME=VALUE; put a value that contains spaces into quotes");
  EXPECT_EQ(read("rm -rf x"),
            "1: expected NAME=VALUE; put a value that contains spaces into quotes");
  EXPECT_EQ(read("a=$(rm x)"), "1: the file is read, not run by a shell; write the value itself");
  EXPECT_EQ(read("word\n1a=2"), "=word|=1a=2");
}

// A value in the pieces that a shell joins.
std::string random_value(std::mt19937& random) {
  const auto pick = [&](const std::vector<std::string>& words) {
    return words[std::uniform_int_distribution<std::size_t>(0, words.size() - 1)(random)];
  };
  const auto some = [&](const std::vector<std::string>& words) {
    std::string text;
    for (int i = std::uniform_int_distribution<int>(0, 4)(random); i > 0; --i) text += pick(words);
    return text;
  };
  std::string value;
  const int pieces = std::uniform_int_distribution<int>(0, 4)(random);
  for (int piece = 0; piece < pieces; ++piece) {
    value +=
        pick({some({"a", "b", "=", "+", "/", ".", "\\ ", "\\'", "\\\"", "\\;", "\\$", "\\\\"}),
              "'" + some({"a", " ", "=", "#", "\"", ";", "\\", "$", "`"}) + "'",
              "\"" + some({"a", " ", "#", "'", ";", "\\\\", "\\\"", "\\$", "\\a", "\\;"}) + "\""});
  }
  return value;
}

// What /bin/sh makes of the file, one value a line.
std::vector<std::string> values_in_shell(const std::filesystem::path& file, int count) {
  const std::string command =
      "sh -c '. \"$0\"; i=0; while [ $i -lt " + std::to_string(count) +
      " ]; do eval \"printf \\\"%s\\\\n\\\" \\\"\\${v$i}\\\"\"; i=$((i+1)); "
      "done' " +
      file.string();
  std::vector<std::string> values;
  FILE* pipe = ::popen(command.c_str(), "r");
  char line[256];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    values.emplace_back(line, std::string_view(line).size() - 1);
  }
  ::pclose(pipe);
  return values;
}

TEST(ShellAssignmentsTest, ReadsGeneratedValuesAsAShellDoes) {
  constexpr int kCount = 500;
  std::mt19937 random(20261127);
  std::string text;
  for (int i = 0; i < kCount; ++i) {
    const bool exported = i % 3 == 0;
    text += (exported ? "export v" : "v") + std::to_string(i) + "=" + random_value(random) +
            (i % 5 == 0   ? " # end\n"
             : i % 7 == 0 ? ";"
                          : "\n");
  }
  text += "\n";
  const auto file = std::filesystem::temp_directory_path() /
                    ("ec2spotter-assignments-" + std::to_string(std::random_device{}()));
  std::ofstream(file) << text;
  const auto in_shell = values_in_shell(file, kCount);
  std::filesystem::remove(file);
  const auto found = read_assignments(text);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(in_shell.size(), found->size());
  for (std::size_t i = 0; i < found->size(); ++i) {
    EXPECT_EQ((*found)[i].value, in_shell[i]) << (*found)[i].name;
    EXPECT_FALSE((*found)[i].active) << (*found)[i].value;
  }
}

}  // namespace
}  // namespace ec2spotter
