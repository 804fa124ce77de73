#include "cli/commands/lifecycle/type_words.hpp"

#include <algorithm>
#include <sstream>

namespace ec2spotter::cli {

bool is_type(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  const std::size_t dot = text.find('.');
  return dot != 0 && dot != std::string_view::npos && dot + 1 < text.size() &&
         std::all_of(text.begin(), text.end(), allowed);
}

Result<std::vector<std::string>> read_types(const std::string& text) {
  std::vector<std::string> types;
  std::istringstream words(text + ",");
  for (std::string word; std::getline(words, word, ',');) {
    if (!is_type(word)) {
      return fail(Errc::invalid, "'" + word +
                                     "' is not an instance type such as t3.small; separate several "
                                     "by commas, without blanks");
    }
    if (std::find(types.begin(), types.end(), word) == types.end()) types.push_back(word);
  }
  return types;
}

}  // namespace ec2spotter::cli
