// The repository's rules, as tests. A limit may be tightened, never loosened.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "source_tree.hpp"

namespace ec2spotter::tidy {
namespace {

constexpr std::size_t kColumnsMost = 100;
constexpr std::size_t kFileLinesMost = 500;
constexpr std::size_t kTestLinesMost = 800;
constexpr std::size_t kFunctionLinesMost = 70;

std::size_t code_points(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

// Which folders a folder of src may include from; the table of ARCHITECTURE.md.
const std::map<std::string, std::set<std::string>>& allowed_includes() {
  static const std::map<std::string, std::set<std::string>> kAllowed{
      {"base", {"base"}},
      {"model", {"base", "model"}},
      {"plan", {"base", "model", "plan"}},
      {"aws", {"base", "model", "aws"}},
      {"control", {"base", "model", "plan", "aws", "control", "boot"}},
      {"cli", {"base", "model", "plan", "aws", "control", "cli", "sim", "boot"}},
      {"sim", {"base", "model", "sim", "aws/sigv4"}},
  };
  return kAllowed;
}

// The path of a project include on this line, or empty.
std::string included(const std::string& line) {
  constexpr std::string_view kInclude = "#include \"";
  if (!line.starts_with(kInclude)) return {};
  return line.substr(kInclude.size(), line.rfind('"') - kInclude.size());
}

bool may_include(const std::string& from, const std::string& path) {
  for (const std::string& folder : allowed_includes().at(from)) {
    if (path.starts_with(folder + "/")) return true;
  }
  return false;
}

TEST(TidyTest, IncludesFollowTheDependencyDirection) {
  for (const SourceFile& file : read_source_tree()) {
    if (!file.path.starts_with("src/") || !file.is_cpp()) continue;
    const std::string from = file.folder.substr(4);
    ASSERT_TRUE(allowed_includes().contains(from)) << file.path << ": a folder without a rule";
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string path = included(file.lines[i]);
      if (!path.empty()) {
        EXPECT_TRUE(may_include(from, path))
            << file.place(i) << ": src/" << from << " must not include " << path;
      }
    }
  }
}

struct Ban {
  std::string word;
  std::vector<std::string> allowed_in;  // path prefixes
};

TEST(TidyTest, EffectsStayInTheirOwnRooms) {
  const std::vector<Ban> bans{
      {"system_clock::now", {"src/base/clock.cpp"}},
      {"getenv(", {"src/aws/config/", "src/cli/"}},
      {"<tl/expected.hpp>", {"src/base/result.hpp"}},
      {"<curl/", {"src/aws/"}},
      {"<httplib.h>", {"src/sim/", "tests/", "bench/", "src/cli/"}},
      {"using namespace std;", {}},
      {"sleep_for(", {"src/aws/sleeper.cpp"}},
      {"std::endl", {}},
  };
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_cpp() || file.path == "tests/tidy/tidy_test.cpp") continue;
    for (const Ban& ban : bans) {
      bool allowed = false;
      for (const std::string& prefix : ban.allowed_in) {
        allowed = allowed || file.path.starts_with(prefix);
      }
      for (std::size_t i = 0; !allowed && i < file.lines.size(); ++i) {
        EXPECT_EQ(file.lines[i].find(ban.word), std::string::npos)
            << file.place(i) << ": " << ban.word << " does not belong here";
      }
    }
  }
}

TEST(TidyTest, FilesAndLinesKeepToTheirBudget) {
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_cpp()) continue;
    const std::size_t most = file.path.starts_with("tests/") ? kTestLinesMost : kFileLinesMost;
    EXPECT_LE(file.lines.size(), most) << file.path << " has grown past its room";
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_LE(code_points(file.lines[i]), kColumnsMost) << file.place(i);
      EXPECT_EQ(file.lines[i].find('\t'), std::string::npos) << file.place(i) << ": tab";
    }
  }
}

// A function ends where a line is a brace at the indentation at which its body was opened.
TEST(TidyTest, FunctionsKeepToTheirBudget) {
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_cpp()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      const std::size_t indent = line.find_first_not_of(' ');
      const bool opens =
          line.ends_with(") {") || line.ends_with(") const {") || line.ends_with(") override {");
      if (indent == std::string::npos || indent > 2 || !opens) continue;
      const std::string closing = std::string(indent, ' ') + "}";
      std::size_t end = i + 1;
      while (end < file.lines.size() && !file.lines[end].starts_with(closing)) ++end;
      EXPECT_LE(end - i + 1, kFunctionLinesMost) << file.place(i) << ": " << line;
    }
  }
}

TEST(TidyTest, EveryHeaderIsGuardedAndUsed) {
  const auto tree = read_source_tree();
  std::set<std::string> used;
  for (const SourceFile& file : tree) {
    for (const std::string& line : file.lines) {
      if (!included(line).empty()) used.insert(included(line));
    }
  }
  for (const SourceFile& file : tree) {
    if (!file.path.ends_with(".hpp")) continue;
    bool guarded = false;
    for (const std::string& line : file.lines) guarded = guarded || line == "#pragma once";
    EXPECT_TRUE(guarded) << file.path << " lacks #pragma once";
    bool included_somewhere = false;
    for (const std::string& path : used) {
      included_somewhere =
          included_somewhere || file.path == path || file.path.ends_with("/" + path);
    }
    EXPECT_TRUE(included_somewhere) << file.path << " is included by nobody";
  }
}

// Named in a CMakeLists.txt, or like storm.sees_broken_S1 made there by a loop over a list.
bool is_named_in_cmake(const std::string& tests, const std::string& name) {
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

// Every promise names a test that exists.
TEST(TidyTest, EveryPromiseIsKeptByATest) {
  std::string tests;
  for (const SourceFile& file : read_source_tree()) {
    if (!file.path.starts_with("tests/")) continue;
    tests += file.path + "\n";
    for (const std::string& line : file.lines) tests += line + "\n";
  }
  std::size_t promises = 0;
  for (const std::string& line : read_lines("docs/PROMISES.md")) {
    const std::size_t last_column = line.rfind("| ", line.size() - 3);
    if (!line.starts_with("| ") || line.starts_with("| |")) continue;
    ++promises;
    std::size_t named = 0;
    for (std::size_t at = line.find('`', last_column); at != std::string::npos;) {
      const std::size_t end = line.find('`', at + 1);
      const std::string name = line.substr(at + 1, end - at - 1);
      const std::size_t dot = name.find('.');
      const std::string as_gtest = "(" + name.substr(0, dot) + ", " + name.substr(dot + 1) + ")";
      const std::string as_file = "tests/" + name.substr(0, dot) + "/" + name.substr(dot + 1);
      EXPECT_TRUE(tests.find(as_gtest) != std::string::npos ||
                  tests.find(as_file) != std::string::npos || is_named_in_cmake(tests, name))
          << name << " keeps a promise but does not exist";
      ++named;
      at = line.find('`', end + 1);
    }
    EXPECT_GE(named, 1U) << line;
  }
  EXPECT_GE(promises, 13U);
}

TEST(TidyTest, NothingIsLeftForLaterWithoutAnIssue) {
  const std::vector<std::string> marks{std::string("TO") + "DO", std::string("FIX") + "ME"};
  for (const SourceFile& file : read_source_tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string& mark : marks) {
        EXPECT_EQ(file.lines[i].find(mark), std::string::npos) << file.place(i);
      }
    }
  }
}

std::string in_lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Without the letters around it: "launching_body" has the word "body", "nobody" has not.
bool has_word(const std::string& text, const std::string& word) {
  const std::string lower = in_lower_case(text);
  const auto is_letter = [&](std::size_t at) {
    return at < lower.size() && std::isalpha(static_cast<unsigned char>(lower[at])) != 0;
  };
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) return true;
  }
  return false;
}

// What stands between quotes in a line of C++, joined; empty for an #include and in a comment.
std::string literals_of(const std::string& line) {
  std::string found;
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!inside && (line.compare(i, 2, "//") == 0 || line[i] == '#')) break;
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\'')) {
      inside = !inside;
      found += ' ';
    } else if (inside) {
      found += line[i];
      if (line[i] == '\\') ++i;
    }
  }
  return found;
}

bool starts_with_one_of(const std::string& path, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return path.starts_with(prefix); });
}

// Users read of instances, as EC2 calls them; a body is the code's own word, or one of HTTP's.
TEST(TidyTest, UsersReadOfInstancesAndNotOfBodies) {
  const std::vector<std::string> rooms{"src/cli/", "src/control/", "src/plan/", "src/aws/",
                                       "src/model/"};
  const std::vector<std::string> http{"src/aws/wire/", "src/aws/net/"};
  const auto expect_none = [](const std::string& text, const std::string& place) {
    EXPECT_FALSE(has_word(text, "body") || has_word(text, "bodies")) << place << ": " << text;
  };
  for (const SourceFile& file : read_source_tree()) {
    if (!file.is_cpp() || !starts_with_one_of(file.path, rooms)) continue;
    if (starts_with_one_of(file.path, http)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      expect_none(literals_of(file.lines[i]), file.place(i));
    }
  }
  for (const SourceFile& file : read_documents()) {
    if (file.path != "README.md" && !file.path.starts_with("docs/manual/")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) expect_none(file.lines[i], file.place(i));
  }
}

// The rules are in CONTRIBUTING.md, which names these phrases.
TEST(TidyTest, PlainWordsAreUsed) {
  const std::vector<std::string> phrases{"is to be", "are to be", "was to be", "none: nothing",
                                         "who wants"};
  std::vector<SourceFile> files = read_source_tree();
  for (SourceFile& document : read_documents()) files.push_back(std::move(document));
  for (const SourceFile& file : files) {
    if (file.path == "tests/tidy/tidy_test.cpp" || file.path == "CONTRIBUTING.md") continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string line = in_lower_case(file.lines[i]);
      for (const std::string& phrase : phrases) {
        EXPECT_FALSE(has_word(line, phrase)) << file.place(i) << ": " << phrase;
      }
      // Python's None is another word.
      const std::string& text = file.lines[i];
      std::size_t none = text.find("is none");
      if (none != std::string::npos && none >= 6 && text.compare(none - 6, 6, "there ") == 0) {
        none = text.find("is none", none + 1);
      }
      EXPECT_EQ(none, std::string::npos) << file.place(i) << ": is none";
    }
  }
}

TEST(TidyTest, TheChecksOfWordsSeeThem) {
  EXPECT_TRUE(has_word("launching_body", "body"));
  EXPECT_TRUE(has_word("Bodies of web", "bodies"));
  EXPECT_FALSE(has_word("somebody or nobody", "body"));
  EXPECT_EQ(literals_of(R"(x("one", '"', "two");  // "three")"), " one  two ");
  EXPECT_EQ(literals_of("#include \"control/body_spec.hpp\""), "");
}

}  // namespace
}  // namespace ec2spotter::tidy
