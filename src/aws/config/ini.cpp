#include "aws/config/ini.hpp"

#include <algorithm>

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

// Folds runs of blanks and takes quotes away: `profile  "my work"` is "profile my work".
std::string section_name(std::string_view text) {
  std::string name;
  for (const char c : trimmed(text)) {
    const bool blank = kBlanks.find(c) != std::string_view::npos;
    if (blank && (name.empty() || name.back() == ' ')) continue;
    if (c == '"' || c == '\'') continue;
    name += blank ? ' ' : c;
  }
  return name;
}

// A comment inside a line starts with a blank and then '#' or ';'.
std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool mark = text[i] == '#' || text[i] == ';';
    if (mark && kBlanks.find(text[i - 1]) != std::string_view::npos) return text.substr(0, i);
  }
  return text;
}

class Parser {
 public:
  explicit Parser(std::string_view file_name) : file_name_(file_name) {}

  Result<void> line(std::string_view raw) {
    ++number_;
    const std::string_view text = trimmed(raw);
    if (text.empty() || text.front() == '#' || text.front() == ';') return {};
    const bool indented = kBlanks.find(raw.front()) != std::string_view::npos;
    if (text.front() == '[') return section(text);
    if (section_ == nullptr) return wrong("stands before the first [section]");
    return indented && !key_.empty() ? nested(text) : setting(text);
  }

  Ini take() { return std::move(ini_); }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(Errc::invalid, std::string(file_name_) + ", line " + std::to_string(number_) +
                                   ": " + std::string(what) + "; correct that line");
  }

  Result<void> section(std::string_view text) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return wrong("has a '[' without its ']'");
    section_ = &ini_[section_name(text.substr(1, end - 1))];
    key_.clear();
    return {};
  }

  Result<void> setting(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || trimmed(text.substr(0, equals)).empty()) {
      return wrong("is neither [section] nor key = value");
    }
    key_ = lower(trimmed(text.substr(0, equals)));
    (*section_)[key_] = std::string(trimmed(without_comment(text.substr(equals + 1))));
    return {};
  }

  // Below "key =" with an empty value: sub-settings; below any other value: more of its text.
  Result<void> nested(std::string_view text) {
    std::string& parent = (*section_)[key_];
    const auto equals = text.find('=');
    if (parent.empty() && equals != std::string_view::npos) {
      const std::string key = key_ + "." + lower(trimmed(text.substr(0, equals)));
      (*section_)[key] = std::string(trimmed(without_comment(text.substr(equals + 1))));
    } else {
      parent.append(1, '\n').append(text);
    }
    return {};
  }

  std::string_view file_name_;
  std::size_t number_ = 0;
  Ini ini_;
  IniSection* section_ = nullptr;
  std::string key_;
};

}  // namespace

Result<Ini> parse_ini(std::string_view text, std::string_view file_name) {
  Parser parser(file_name);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      TRY_VOID(parser.line(text.substr(0, end)));
    } else {
      TRY_VOID(parser.line(" "));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.take();
}

}  // namespace ec2spotter::aws
