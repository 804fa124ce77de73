// Every standard header that a file includes offers something that the file names.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <string>
#include <string_view>

#include "source_tree.hpp"

namespace ec2spotter::tidy {
namespace {

// Headers whose names cannot be mistaken for others, and what each offers.
const std::map<std::string, std::string>& offers() {
  static const std::map<std::string, std::string> kOffers{
      {"array", "std::(array|to_array)"},
      {"atomic", "std::atomic"},
      {"cctype", "\\bis(alnum|alpha|digit|space|xdigit|print|upper|lower)|\\bto(upper|lower)"},
      {"charconv", "from_chars|to_chars"},
      {"condition_variable", "condition_variable"},
      {"cstdint", "int(8|16|32|64|max|ptr)_t"},
      {"deque", "std::deque"},
      {"filesystem", "filesystem|\\bfs::"},
      {"fstream", "std::[io]?fstream"},
      {"future", "std::(future|promise|async|packaged_task)"},
      {"initializer_list", "initializer_list"},
      {"iostream", "std::(cin|cout|cerr)"},
      {"limits", "numeric_limits"},
      {"map", "std::(multi)?map"},
      {"memory", "std::(unique_ptr|shared_ptr|make_unique|make_shared|weak_ptr)"},
      {"mutex", "std::(mutex|lock_guard|unique_lock|scoped_lock|call_once|once_flag)"},
      {"numeric", "std::(iota|accumulate|reduce|gcd|lcm|inner_product|partial_sum)"},
      {"optional", "std::(optional|nullopt)"},
      {"queue", "std::(priority_)?queue"},
      {"random", "std::(mt19937|random_device|uniform_|normal_|bernoulli_|discrete_)"},
      {"regex", "std::(regex|smatch|sregex)"},
      {"set", "std::(multi)?set"},
      {"span", "std::span"},
      {"sstream", "stringstream"},
      {"string", "std::(string|to_string|sto[a-z]+|getline)"},
      {"string_view", "string_view|\"sv"},
      {"thread", "std::(j?thread|this_thread)"},
      {"tuple", "std::(tuple|tie|make_tuple|get<|ignore|apply)"},
      {"unordered_map", "unordered_(multi)?map"},
      {"unordered_set", "unordered_(multi)?set"},
      {"variant", "std::(variant|visit|get<|get_if|holds_alternative|monostate)"},
      {"vector", "std::vector"},
      {"nlohmann/json.hpp", "nlohmann|[Jj]son"},
      {"fmt/format.h", "fmt::"},
      {"CLI/CLI.hpp", "CLI::"},
      {"httplib.h", "httplib::"},
  };
  return kOffers;
}

std::string text_without_includes(const SourceFile& file) {
  std::string text;
  for (const std::string& line : file.lines) {
    if (!line.starts_with("#include")) text += line.substr(0, line.find("// ")) + "\n";
  }
  return text;
}

TEST(TidyTest, EveryStandardIncludeIsUsed) {
  constexpr std::string_view kInclude = "#include <";
  for (const SourceFile& file : read_source_tree()) {
    // What it includes is for the library's pieces, which name it themselves.
    if (!file.is_cpp() || file.path.ends_with("/toml_library.hpp")) continue;
    const std::string text = text_without_includes(file);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (!file.lines[i].starts_with(kInclude)) continue;
      const std::string header =
          file.lines[i].substr(kInclude.size(), file.lines[i].find('>') - kInclude.size());
      const auto offered = offers().find(header);
      if (offered == offers().end()) continue;
      EXPECT_TRUE(std::regex_search(text, std::regex(offered->second)))
          << file.place(i) << ": nothing of <" << header << "> is used";
    }
  }
}

// CMake's name of a package is the prefix of its targets, but for these.
const std::map<std::string, std::string> kUsedAs{{"CURL", "CURL_INCLUDE_DIRS"},
                                                 {"libssh", " ssh)"},
                                                 {"tl-expected", "tl::expected"},
                                                 {"GTest", "GTest::"}};

TEST(TidyTest, EveryPackageThatIsLookedForIsLinked) {
  std::string lists;
  for (const SourceFile& file : read_source_tree()) {
    if (!file.path.ends_with("CMakeLists.txt")) continue;
    for (const std::string& line : file.lines) lists += line + "\n";
  }
  for (const std::string& line : read_lines("cmake/warnings.cmake")) lists += line + "\n";
  constexpr std::string_view kFind = "find_package(";
  for (const std::string& line : read_lines("cmake/dependencies.cmake")) {
    const std::size_t at = line.find(kFind);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + kFind.size();
    const std::string name = line.substr(begin, line.find_first_of(" )", begin) - begin);
    const auto other = kUsedAs.find(name);
    const std::string word = other == kUsedAs.end() ? name + "::" : other->second;
    EXPECT_NE(lists.find(word), std::string::npos) << name << " is linked by nothing";
  }
}

}  // namespace
}  // namespace ec2spotter::tidy
