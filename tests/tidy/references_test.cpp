// What comments, messages and documents name is there: files, folders, tests, functions, commands.
#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "prose.hpp"
#include "source_tree.hpp"

namespace ec2spotter::tidy {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

// A name that looks like one of ours and is not, and whose it is.
struct Foreign {
  std::string in;    // the beginning of the path of the file that names it
  std::string name;  // may hold "*"
};

// Each is needed: one that excuses nothing fails the test.
const std::vector<Foreign>& foreign_files() {
  static const std::vector<Foreign> kForeign{
      // Machine files, which users have.
      {"README.md", "web.toml"},
      {"docs/manual/ec2spotter.md", "web.toml"},
      {"docs/manual/examples.md", "web.toml"},
      {"docs/manual/examples.md", "shop.toml"},
      {"tests/cli/", "web.toml"},
      {"src/control/files/machine_folder.hpp", "[*].toml"},
      // Files of the system on a volume, and of its kernel.
      {"src/sim/vm/qemu/firmware.hpp", "boot/grub"},
      // What the build and a script make and take away.
      {"bench/bench.py", "bench/bench_requests"},
      {"script/matrix", "docs/matrix.md.new"},
  };
  return kForeign;
}

// Where the repository's own files are. A name that begins with one of these and a slash is a path
// from the root of the repository, wherever it stands: in a comment, a message, a script.
const Names& top_folders() {
  static const Names kTop{"src", "tests", "bench", "script", "docs", "cmake"};
  return kTop;
}

// What ends in one of these is a file.
bool has_known_ending(const std::string& name) {
  for (const char* ending : {".cpp", ".hpp", ".py", ".sh", ".md", ".cmake", ".toml", ".conf"}) {
    if (name.ends_with(ending) && name != ending) return true;
  }
  return false;
}

// Everything that a name may mean.
struct Known {
  Names paths;    // files, folders, and files without their ending, from the root
  Names endings;  // the same from any folder on: "execute.hpp", "act/execute"
  Names folders;  // the names of the folders below src and boot
};

void add_known(const std::string& path, Known& known) {
  if (!known.paths.insert(path).second) return;
  known.endings.insert(path);
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    known.endings.insert(path.substr(at + 1));
  }
}

const Known& known_files() {
  static const Known kKnown = [] {
    Known known;
    const fs::path root(EC2SPOTTER_SOURCE_DIR);
    for (auto entry = fs::recursive_directory_iterator(root);
         entry != fs::recursive_directory_iterator(); ++entry) {
      const std::string path = fs::relative(entry->path(), root).generic_string();
      if (path == "build" || path.starts_with('.')) {
        entry.disable_recursion_pending();
        continue;
      }
      add_known(path, known);
      const bool source = path.starts_with("src/") || path.starts_with("boot/");
      if (entry->is_directory()) {
        if (source) known.folders.insert(entry->path().filename().string());
      } else if (has_known_ending(path)) {
        add_known(path.substr(0, path.rfind('.')), known);
      }
    }
    known.folders.insert("boot");
    return known;
  }();
  return kKnown;
}

bool is_one_of(const Names& names, const std::string& name) {
  if (name.find('*') == std::string::npos) return names.contains(name);
  return std::any_of(names.begin(), names.end(), [&](const std::string& each) {
    return fnmatch(name.c_str(), each.c_str(), FNM_PATHNAME) == 0;
  });
}

// Does a part of this stand for any name, as in NAME.hpp?
bool is_pattern(const std::string& name) {
  const std::string framed = "/" + name + "/";
  return framed.find("/NAME/") != std::string::npos || framed.find("/NAME.") != std::string::npos;
}

// The words of a text that may be paths, without the full stop of their sentence. What a variable
// stands in, and what begins at the root or at home, is nothing that can be looked up.
std::vector<std::string> names_in(const std::string& text) {
  constexpr std::string_view kMarks = "_.*~$<>{}/-";
  std::vector<std::string> found(1);
  for (const char c : text + " ") {
    std::string& name = found.back();
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        kMarks.find(c) != std::string_view::npos) {
      name += c;
      continue;
    }
    if (name.starts_with("./")) name.erase(0, 2);
    while (name.ends_with('.') || name.ends_with('/')) name.pop_back();
    const bool open = name.find_first_of("$<>{}~") != std::string::npos;
    if (name.empty() || open || name.starts_with('/') || name.starts_with('.') ||
        is_pattern(name)) {
      name.clear();
    } else {
      found.emplace_back();
    }
  }
  found.pop_back();
  return found;
}

std::string first_part(const std::string& name) { return name.substr(0, name.find('/')); }

// Does this name a path from the root that is not there?
bool lacks_path(const std::string& name) {
  const bool path = name.find('/') != std::string::npos && top_folders().contains(first_part(name));
  return path && !is_one_of(known_files().paths, name);
}

// Does this, in a text for readers, name a file, folder or unit that is not there?
bool lacks_file(const std::string& name) {
  if (lacks_path(name)) return true;
  const bool in_folder =
      name.find('/') != std::string::npos && known_files().folders.contains(first_part(name));
  return (in_folder || has_known_ending(name)) && !is_one_of(known_files().endings, name);
}

// Says which foreign names were met, so that one that is not needed any more is seen.
bool is_foreign(const std::string& path, const std::string& name, std::set<std::size_t>& met) {
  for (std::size_t i = 0; i < foreign_files().size(); ++i) {
    const Foreign& foreign = foreign_files()[i];
    if (!path.starts_with(foreign.in)) continue;
    if (fnmatch(foreign.name.c_str(), name.c_str(), 0) != 0) continue;
    met.insert(i);
    return true;
  }
  return false;
}

TEST(ReferencesTest, FilesThatAreNamedExist) {
  std::set<std::size_t> met;
  for (const SourceFile& file : read_all_texts()) {
    // This file and its neighbour name what is not there on purpose.
    if (file.path.starts_with("tests/tidy/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (!included(file.lines[i]).empty()) continue;
      for (const std::string& name : names_in(file.lines[i])) {
        if (!lacks_path(name) || is_foreign(file.path, name, met)) continue;
        ADD_FAILURE() << file.place(i) << ": there is no " << name;
      }
    }
    for (const ProseLine& line : prose_of(file)) {
      for (const std::string& name : names_in(line.text)) {
        if (!lacks_file(name) || lacks_path(name) || is_foreign(file.path, name, met)) continue;
        ADD_FAILURE() << file.place(line.index) << ": there is no " << name;
      }
    }
  }
  for (std::size_t i = 0; i < foreign_files().size(); ++i) {
    EXPECT_TRUE(met.contains(i)) << foreign_files()[i].in << " does not name "
                                 << foreign_files()[i].name;
  }
}

// The first column of a table in a README.md below src names what is in that folder.
TEST(ReferencesTest, TablesOfFoldersNameWhatIsInThem) {
  std::size_t tables = 0;
  for (const SourceFile& file : read_source_tree()) {
    if (!file.path.ends_with("/README.md")) continue;
    ++tables;
    const std::string folder = file.path.substr(0, file.path.rfind('/') + 1);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (!line.starts_with("| `")) continue;
      for (std::string name : quoted_in(line.substr(0, line.find('|', 1)))) {
        if (name.ends_with('/')) name.pop_back();
        EXPECT_TRUE(known_files().paths.contains(folder + name))
            << file.place(i) << ": there is no " << folder << name;
      }
    }
  }
  EXPECT_GE(tables, 2U);
}

// The text of all tests, and their paths.
const std::string& all_tests() {
  static const std::string kTests = [] {
    std::string tests;
    for (const SourceFile& file : read_source_tree()) {
      if (!file.path.starts_with("tests/")) continue;
      tests += file.path + "\n";
      for (const std::string& line : file.lines) tests += line + "\n";
    }
    return tests;
  }();
  return kTests;
}

bool stands_in_tests(const std::string& text) {
  return all_tests().find(text) != std::string::npos;
}

// Named in a CMakeLists.txt, or like storm.sees_broken_S1 made there by a loop over a list.
bool is_named_in_cmake(const std::string& name) {
  const std::string& tests = all_tests();
  if (tests.find("NAME " + name + " ") != std::string::npos) return true;
  for (std::size_t at = name.find('_'); at != std::string::npos; at = name.find('_', at + 1)) {
    const std::string part = name.substr(at + 1);
    if (tests.find("NAME " + name.substr(0, at + 1) + "${") == std::string::npos &&
        tests.find("NAME " + name.substr(0, at + 2) + "${") == std::string::npos) {
      continue;
    }
    if (part.size() == 2 || tests.find(" " + part) != std::string::npos) return true;
  }
  return false;
}

// Suite.Name of GoogleTest, Class.test_name of unittest, or label.name of ctest.
bool is_test(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string suite = name.substr(0, dot);
  const std::string rest = name.substr(dot + 1);
  if (rest.starts_with("test_")) {
    return stands_in_tests("class " + suite + "(") && stands_in_tests("def " + rest + "(");
  }
  return stands_in_tests("(" + suite + ", " + rest + ")") ||
         stands_in_tests("tests/" + suite + "/" + rest + ".") || is_named_in_cmake(name);
}

bool is_identifier(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
}

// Has a name the form of a test's? Only what stands between backquotes is taken for label.name.
bool looks_like_test(const std::string& name, bool quoted) {
  static const Names kLabels{"boot",  "cli",         "vm",          "storm",    "tidy",
                             "world", "conformance", "scenario",    "original", "fuzz",
                             "arm64", "unit",        "differential"};
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos || dot == 0) return false;
  const std::string suite = name.substr(0, dot);
  const std::string rest = name.substr(dot + 1);
  if (!is_identifier(suite) || !is_identifier(rest) || has_known_ending(name)) return false;
  if (quoted && kLabels.contains(suite)) return true;
  const bool suites = suite.ends_with("Test") || suite.ends_with("Scenario") ||
                      stands_in_tests("TEST(" + suite + ",") ||
                      stands_in_tests("TEST_F(" + suite + ",");
  const bool capital = std::isupper(static_cast<unsigned char>(rest[0])) != 0;
  return suites && (capital || rest.starts_with("test_"));
}

TEST(ReferencesTest, TestsThatAreNamedExist) {
  std::size_t named = 0;
  for (const SourceFile& file : read_all_texts()) {
    if (file.path.starts_with("tests/tidy/")) continue;
    for (const ProseLine& line : prose_of(file)) {
      Names names;
      for (const std::string& name : names_in(line.text)) {
        if (looks_like_test(name, false)) names.insert(name);
      }
      for (const std::string& name : quoted_in(line.text)) {
        if (looks_like_test(name, true)) names.insert(name);
      }
      for (const std::string& name : names) {
        ++named;
        EXPECT_TRUE(is_test(name)) << file.place(line.index) << ": there is no test " << name;
      }
    }
  }
  EXPECT_GE(named, 50U);
}

// The table of promises: its last column names tests.
TEST(TidyTest, EveryPromiseIsKeptByATest) {
  std::size_t promises = 0;
  for (const std::string& line : read_lines("docs/PROMISES.md")) {
    const std::size_t last_column = line.rfind("| ", line.size() - 3);
    if (!line.starts_with("| ") || line.starts_with("| |")) continue;
    ++promises;
    const auto tests = quoted_in(line.substr(last_column));
    EXPECT_GE(tests.size(), 1U) << line;
    for (const std::string& name : tests) {
      EXPECT_TRUE(is_test(name)) << name << " keeps a promise but does not exist";
    }
  }
  EXPECT_GE(promises, 13U);
}

// Every word of the code of the repository, literals included.
const Names& code_words() {
  static const Names kWords = [] {
    Names words;
    for (const SourceFile& file : read_all_texts()) {
      if (file.path.starts_with("tests/tidy/")) continue;
      for (const std::string& line : code_of(file)) {
        for (std::string& word : identifiers_of(line)) words.insert(std::move(word));
      }
    }
    return words;
  }();
  return kWords;
}

// `a_name`, `ATypesName` or name(): code, as far as its form tells.
Names code_names_in(const std::string& text) {
  Names names;
  for (const std::string& name : quoted_in(text)) {
    if (!is_identifier(name)) continue;
    const bool joined = name.find('_', 1) != std::string::npos;
    const bool humps = std::any_of(name.begin() + 1, name.end(), [](char c) {
      return std::isupper(static_cast<unsigned char>(c)) != 0;
    });
    const bool small = std::any_of(name.begin(), name.end(), [](char c) {
      return std::islower(static_cast<unsigned char>(c)) != 0;
    });
    if (small && (joined || humps)) names.insert(name);
  }
  for (std::size_t at = text.find("()"); at != std::string::npos; at = text.find("()", at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && is_identifier(text.substr(begin - 1, 1))) --begin;
    if (begin < at) names.insert(text.substr(begin, at - begin));
  }
  return names;
}

// Names of others that our code does not use, and those that a name of ours is put together from.
const Names& foreign_words() {
  static const Names kForeign{
      "PascalCase",
      "snake_case",
      "kPascal",
      "trailing_",  // forms of names, in CONTRIBUTING.md
      "VCpuCount",
      "MemoryMiB",
      "ExcludedInstanceTypes",      // EC2's own words for our keys
      "AWSServiceRoleForEC2Fleet",  // a role that EC2 makes
      "no_python",
      "no_blkid",
      "no_cmp",
      "no_find",
      "no_gunzip",  // "no_" and a program's name
  };
  return kForeign;
}

// A word of the code, or a file of it. The manual writes _launch_zone for ec2spotter_launch_zone.
bool is_in_code(const std::string& name) {
  return code_words().contains(name) || known_files().endings.contains(name) ||
         (name.starts_with('_') && code_words().contains("ec2spotter" + name));
}

TEST(ReferencesTest, NamesOfTheCodeAreInTheCode) {
  for (const SourceFile& file : read_all_texts()) {
    if (file.path.starts_with("tests/tidy/")) continue;
    for (const ProseLine& line : prose_of(file)) {
      for (const std::string& name : code_names_in(line.text)) {
        EXPECT_TRUE(is_in_code(name) || foreign_words().contains(name))
            << file.place(line.index) << ": the code has no " << name;
      }
    }
  }
}

// The names that are given to these functions in a file.
Names commands_made_by(const std::string& file, const std::vector<std::string>& makers) {
  std::string text;
  for (const std::string& line : read_lines(file)) text += line;
  Names commands;
  for (const std::string& maker : makers) {
    for (std::size_t at = text.find(maker); at != std::string::npos;
         at = text.find(maker, at + 1)) {
      const std::size_t begin = at + maker.size();
      commands.insert(text.substr(begin, text.find('"', begin) - begin));
    }
  }
  return commands;
}

const Names& commands() {
  static const Names kCommands = [] {
    Names names;
    for (const SourceFile& file : read_source_tree()) {
      if (!file.path.starts_with("src/cli/parsing/")) continue;
      names.merge(commands_made_by(file.path, {"app.add_subcommand(\"", "(app, parsed, \""}));
    }
    return names;
  }();
  return kCommands;
}

const Names& sim_commands() {
  static const Names kCommands =
      commands_made_by("src/cli/parsing/sim_commands.cpp", {"ControlCommand(sim_app, parsed, \""});
  return kCommands;
}

std::string word_at(const std::string& text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
                               text[end] == '-' || text[end] == '_')) {
    ++end;
  }
  return text.substr(at, end - at);
}

bool begins_word(const std::string& text, std::size_t at) {
  return at < text.size() && std::islower(static_cast<unsigned char>(text[at])) != 0;
}

// What is wrong in a text with "ec2spotter COMMAND" and "ec2spotter sim COMMAND"; empty: nothing.
std::string wrong_call(const std::string& text) {
  constexpr std::string_view kProgram = "ec2spotter ";
  for (std::size_t at = text.find(kProgram); at != std::string::npos;
       at = text.find(kProgram, at + 1)) {
    if (at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 ||
                   text[at - 1] == '-' || text[at - 1] == ':')) {
      continue;  // another name that ends so
    }
    const std::size_t begin = at + kProgram.size();
    const std::string word = word_at(text, begin);
    // The last one is for QEMU alone, so --help does not show it.
    if (!begins_word(text, begin) || word == "sim-relay") continue;
    if (!commands().contains(word)) return word;
    const std::size_t next = begin + word.size() + 1;
    if (word != "sim" || text[next - 1] != ' ' || !begins_word(text, next)) continue;
    if (!sim_commands().contains(word_at(text, next))) return "sim " + word_at(text, next);
  }
  return {};
}

// What is wrong with the commands that a document shows between backquotes, by what they are given:
// `console NAME`, `launch web.toml`; empty: nothing.
std::string wrong_command(const std::string& text) {
  static const Names kGiven{"NAME", "FILE", "web", "web.toml"};
  for (const std::string& quoted : quoted_in(text)) {
    const std::string word = word_at(quoted, 0);
    if (!begins_word(quoted, 0) || word.size() >= quoted.size()) continue;
    const std::string given = quoted.substr(word.size() + 1);
    if (word != "ec2spotter" && kGiven.contains(given) && !commands().contains(word)) return word;
  }
  return {};
}

// What is wrong with the commands of a message. There, whatever stands between backquotes is one,
// or begins with the name of a program.
std::string wrong_in_message(const std::string& literal) {
  static const Names kPrograms{"ec2spotter", "aws"};
  for (std::size_t at = literal.find('`'); at != std::string::npos;
       at = literal.find('`', at + 1)) {
    if (!begins_word(literal, at + 1)) continue;
    const std::string word = word_at(literal, at + 1);
    if (!commands().contains(word) && !kPrograms.contains(word)) return word;
  }
  return {};
}

TEST(ReferencesTest, CommandsThatAreNamedExist) {
  ASSERT_TRUE(commands().contains("launch") && commands().contains("doctor"));
  ASSERT_TRUE(sim_commands().contains("reclaim"));
  for (const SourceFile& file : read_all_texts()) {
    if (file.path.starts_with("tests/")) continue;
    for (const ProseLine& line : prose_of(file)) {
      EXPECT_EQ(wrong_call(line.text), "") << file.place(line.index);
      if (file.path.ends_with(".md")) {
        EXPECT_EQ(wrong_command(line.text), "") << file.place(line.index);
      }
    }
    if (!file.is_cpp()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string literals = literals_of(file.lines[i]);
      EXPECT_EQ(wrong_call(literals), "") << file.place(i);
      EXPECT_EQ(wrong_in_message(literals), "") << file.place(i);
    }
  }
}

TEST(ReferencesTest, TheChecksSeeWhatIsMissing) {
  EXPECT_EQ(
      names_in("see `plan/health`, (base/id.hpp). /etc/a.conf ~/.aws/config $run/a.sh NAME.hpp"),
      (std::vector<std::string>{"see", "plan/health", "base/id.hpp"}));
  EXPECT_TRUE(lacks_file("plan/health"));
  EXPECT_FALSE(lacks_file("plan/body/health"));
  EXPECT_FALSE(lacks_file("body/health.hpp"));
  EXPECT_TRUE(lacks_file("design.md"));
  EXPECT_TRUE(lacks_path("docs/design.md"));
  EXPECT_FALSE(lacks_path("tests/*/CMakeLists.txt"));
  EXPECT_FALSE(lacks_file("and/or"));
  EXPECT_TRUE(is_test("storm.sees_broken_S1") && is_test("boot.adopt_test"));
  EXPECT_TRUE(looks_like_test("PlanTest.NoSuchName", false) && !is_test("PlanTest.NoSuchName"));
  EXPECT_TRUE(looks_like_test("vm.no_such_test", true) && !is_test("vm.no_such_test"));
  EXPECT_EQ(code_names_in("`a_b`, `AType`, `plain`, `NAME`, x.call() and `two words`"),
            (Names{"a_b", "AType", "call"}));
  EXPECT_EQ(wrong_call("see `ec2spotter launch FILE`, ec2spotter sim reclaim"), "");
  EXPECT_EQ(wrong_call("or ec2spotter devour it"), "devour");
  EXPECT_EQ(wrong_call("`ec2spotter sim destroy`"), "sim destroy");
  EXPECT_EQ(wrong_command("`console NAME`, `devour FILE`"), "devour");
  EXPECT_EQ(wrong_in_message("; see `console`, then `devour it`"), "devour");
}

}  // namespace
}  // namespace ec2spotter::tidy
