#include "aws/config/ini.hpp"

#include <algorithm>
#include <optional>

#include "aws/config/ini_text.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kDefaults = "DEFAULT";  // its settings count in every section

struct Key {
  std::size_t line = 0;
  std::string value;  // with the lines that continue it
};
using Keys = std::map<std::string, Key>;

class Parser {
 public:
  explicit Parser(std::string_view file_name) : file_name_(file_name) {}

  Result<void> line(std::string_view raw) {
    ++number_;
    const std::string_view text = trimmed(raw);
    if (text.empty()) {
      if (key_ != nullptr) key_->value += '\n';
      return {};
    }
    if (text.front() == '#' || text.front() == ';') return {};
    const std::size_t indent = indent_of(raw);
    if (key_ != nullptr && indent > indent_) {
      key_->value.append(1, '\n').append(text);
      return {};
    }
    indent_ = indent;
    if (const auto name = header(text)) return section(*name);
    if (keys_ == nullptr) return wrong("stands before the first [section]");
    return setting(text);
  }

  Result<Ini> finish() {
    Ini ini;
    IniSection defaults;
    TRY_VOID(settle(defaults_, defaults));
    for (const auto& [name, keys] : sections_) {
      NamedSection section{name, {}};
      TRY_VOID(settle(keys, section.settings));
      section.settings.insert(defaults.begin(), defaults.end());
      ini.push_back(std::move(section));
    }
    return ini;
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what) const { return wrong_at(number_, what); }
  tl::unexpected<Error> wrong_at(std::size_t number, const std::string& what) const {
    return fail(Errc::invalid, std::string(file_name_) + ", line " + std::to_string(number) + ": " +
                                   what + "; correct that line");
  }

  // The text between the first '[' and the last ']'.
  static std::optional<std::string> header(std::string_view text) {
    const auto end = text.rfind(']');
    if (text.front() != '[' || end == std::string_view::npos || end < 2) return std::nullopt;
    return std::string(text.substr(1, end - 1));
  }

  Result<void> section(const std::string& name) {
    key_ = nullptr;
    if (name == kDefaults) {
      keys_ = &defaults_;
      return {};
    }
    const auto known = std::find_if(sections_.begin(), sections_.end(),
                                    [&](const auto& section) { return section.first == name; });
    if (known != sections_.end()) {
      return wrong("opens [" + name + "], which an earlier line has opened");
    }
    keys_ = &sections_.emplace_back(name, Keys{}).second;
    return {};
  }

  Result<void> setting(std::string_view text) {
    const auto end = text.find_first_of("=:");
    if (end == std::string_view::npos || trimmed(text.substr(0, end)).empty()) {
      return wrong("is neither [section] nor key = value");
    }
    const auto [entry, is_new] =
        keys_->try_emplace(lower(trimmed(text.substr(0, end))),
                           Key{number_, std::string(trimmed(text.substr(end + 1)))});
    if (!is_new) {
      return wrong("sets what line " + std::to_string(entry->second.line) + " has set already");
    }
    key_ = &entry->second;
    return {};
  }

  // A value that starts on the line below its key holds further settings, one on each line.
  Result<void> settle(const Keys& keys, IniSection& settings) const {
    for (const auto& [name, key] : keys) {
      std::string_view value = key.value;
      while (value.ends_with('\n')) value.remove_suffix(1);
      if (!value.starts_with('\n')) {
        settings[name] = value;
        continue;
      }
      for (const std::string_view line : lines_of(value)) {
        const std::string_view text = trimmed(line);
        const auto equals = text.find('=');
        if (text.empty()) continue;
        if (equals == std::string_view::npos) {
          return wrong_at(key.line, "has a line below it that is not key = value");
        }
        settings[name + "." + std::string(trimmed(text.substr(0, equals)))] =
            trimmed(text.substr(equals + 1));
      }
    }
    return {};
  }

  std::string_view file_name_;
  std::size_t number_ = 0;
  std::size_t indent_ = 0;  // of the latest section or key
  std::vector<std::pair<std::string, Keys>> sections_;
  Keys defaults_;
  Keys* keys_ = nullptr;  // of the section that we are in
  Key* key_ = nullptr;    // the latest one, which deeper lines continue
};

}  // namespace

Result<Ini> parse_ini(std::string_view text, std::string_view file_name) {
  Parser parser(file_name);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const std::string_view line : lines_of(text)) TRY_VOID(parser.line(line));
  return parser.finish();
}

}  // namespace ec2spotter::aws
