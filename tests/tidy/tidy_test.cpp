// The repository's rules, as tests. A limit may be tightened, never loosened.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "prose.hpp"
#include "source_tree.hpp"

namespace ec2spotter::tidy {
namespace {

constexpr std::size_t kColumnsMost = 100;
constexpr std::size_t kFileLinesMost = 400;
constexpr std::size_t kTestLinesMost = 800;
constexpr std::size_t kFunctionLinesMost = 60;
constexpr std::size_t kFolderFilesMost = 24;

using Most = std::map<std::string, std::size_t>;

bool is_source(const SourceFile& file) {
  return file.is_cpp() || file.path.ends_with(".py") || file.path.ends_with(".sh");
}

std::size_t code_points(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
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
    if (!is_source(file)) continue;
    const std::size_t most = file.path.starts_with("tests/") ? kTestLinesMost : kFileLinesMost;
    EXPECT_LE(file.lines.size(), most) << file.path << " has grown past its room";
    for (std::size_t i = 0; file.is_cpp() && i < file.lines.size(); ++i) {
      EXPECT_LE(code_points(file.lines[i]), kColumnsMost) << file.place(i);
      EXPECT_EQ(file.lines[i].find('\t'), std::string::npos) << file.place(i) << ": tab";
    }
  }
}

TEST(TidyTest, FoldersKeepToTheirBudget) {
  Most files;
  for (const SourceFile& file : read_source_tree()) {
    if (is_source(file)) ++files[file.path.substr(0, file.path.rfind('/'))];
  }
  for (const auto& [folder, count] : files) {
    EXPECT_LE(count, kFolderFilesMost) << folder << " has grown past its room";
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

// A header says what its unit is for; a file without one says it itself, in its first line, behind
// "#!" and what a tool reads.
TEST(TidyTest, EverySourceFileSaysWhatItIsFor) {
  const auto tree = read_source_tree();
  std::set<std::string> headers;
  for (const SourceFile& file : tree) {
    if (file.path.ends_with(".hpp")) headers.insert(file.path.substr(0, file.path.rfind('.')));
  }
  for (const SourceFile& file : tree) {
    const bool script = file.folder == file.path && file.path.starts_with("script/") &&
                        !file.path.ends_with(".config");
    const bool needs = is_source(file) || script;
    const bool has_header =
        file.path.ends_with(".cpp") && headers.contains(file.path.substr(0, file.path.rfind('.')));
    if (!needs || has_header || file.lines.empty()) continue;
    std::size_t first = file.lines[0].starts_with("#!") ? 1 : 0;
    while (first < file.lines.size() && file.lines[first].starts_with("# shellcheck ")) ++first;
    const std::string line = first < file.lines.size() ? file.lines[first] : "";
    const bool said = file.is_cpp() ? line.starts_with("// ")
                                    : line.starts_with("# ") || line.starts_with("\"\"\"");
    EXPECT_TRUE(said) << file.path << " does not begin by saying what it is for";
  }
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
