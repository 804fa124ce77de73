#include "base/shell_assignments.hpp"

#include <algorithm>
#include <cctype>

namespace ec2spotter {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_name(std::string_view text) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
         std::all_of(text.begin(), text.end(), allowed);
}

// A word of a line. Only an '=' outside quotes assigns.
struct Word {
  std::string text;
  bool active = false;
  std::size_t equals = std::string::npos;

  std::string name() const { return equals == std::string::npos ? text : text.substr(0, equals); }
  bool assigns() const { return equals != std::string::npos && is_name(name()); }
};

using Words = std::vector<Word>;

// Splits one line into commands, which ';' parts.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  Result<std::vector<Words>> read() {
    std::vector<Words> commands(1);
    while (skip_blanks()) {
      if (rest_.front() == '#') break;
      if (rest_.front() == ';') {
        rest_.remove_prefix(1);
        commands.emplace_back();
        continue;
      }
      TRY(Word word, read_word());
      commands.back().push_back(std::move(word));
    }
    std::erase_if(commands, [](const Words& words) { return words.empty(); });
    return commands;
  }

 private:
  bool skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    return !rest_.empty();
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  Result<Word> read_word() {
    Word word;
    while (!rest_.empty() && !is_blank(rest_.front()) && rest_.front() != ';') {
      const char c = take();
      if (c == '\'' || c == '"') {
        TRY_VOID(read_quoted(c, word));
      } else if (c == '\\' && !rest_.empty() && rest_.front() != '\r') {
        word.text += take();
      } else {
        if (c == '=' && word.equals == std::string::npos) word.equals = word.text.size();
        word.active =
            word.active || std::string_view("$`|&<>()\\").find(c) != std::string_view::npos;
        word.text += c;
      }
    }
    return word;
  }

  Result<void> read_quoted(char quote, Word& word) {
    while (!rest_.empty()) {
      char c = take();
      if (c == quote) return {};
      if (quote == '"') {
        const bool escapes =
            c == '\\' && !rest_.empty() &&
            std::string_view("\\\"$`").find(rest_.front()) != std::string_view::npos;
        word.active = word.active || c == '$' || c == '`';
        if (escapes) c = take();
      }
      word.text += c;
    }
    return fail(Errc::invalid, "the quote is not closed");
  }

  std::string_view rest_;
};

// Takes the assignments out of one command.
class CommandReader {
 public:
  CommandReader(int line, const Words& words, std::vector<Assignment>& found)
      : line_(line), words_(words), found_(found) {}

  Result<void> read() {
    const bool exports =
        words_.size() > 1 && words_.front().text == "export" && !words_[1].text.starts_with('=');
    for (at_ = exports ? 1 : 0; at_ < words_.size(); ++at_) {
      const Word& word = words_[at_];
      if (word.assigns()) {
        take(word.name(), word.text.substr(word.equals + 1), word.active);
      } else if (is_name(word.text) && next_begins_with_equals()) {
        ++at_;
        take(word.text, words_[at_].text.substr(1), words_[at_].active);
      } else if (exports && is_name(word.text)) {
        continue;
      } else if (words_.size() == 1) {
        found_.push_back({.line = line_, .name = {}, .value = word.text, .active = word.active});
      } else {
        return fail(Errc::invalid, complaint());
      }
    }
    return {};
  }

 private:
  std::string complaint() const {
    const bool active =
        std::any_of(words_.begin(), words_.end(), [](const Word& word) { return word.active; });
    return active ? "the file is read, not run by a shell; write the value itself"
                  : "expected NAME=VALUE; put a value that contains spaces into quotes";
  }

  bool next_begins_with_equals() const {
    return at_ + 1 < words_.size() && words_[at_ + 1].equals == 0;
  }

  // The value may stand apart from its '='.
  void take(std::string name, std::string value, bool active) {
    const bool more = value.empty() && words_[at_].text.ends_with('=') && at_ + 1 < words_.size();
    const bool apart = more && (words_[at_].text == "=" || !words_[at_ + 1].assigns());
    if (apart) {
      ++at_;
      value = words_[at_].text;
      active = words_[at_].active;
    }
    found_.push_back(
        {.line = line_, .name = std::move(name), .value = std::move(value), .active = active});
  }

  int line_;
  const Words& words_;
  std::vector<Assignment>& found_;
  std::size_t at_ = 0;
};

Result<void> read_line(int number, std::string_view line, std::vector<Assignment>& found) {
  TRY(const auto commands, LineReader(line).read());
  for (const Words& words : commands) TRY_VOID(CommandReader(number, words, found).read());
  return {};
}

}  // namespace

Result<std::vector<Assignment>> read_assignments(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Assignment> found;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto read = read_line(number, text.substr(0, end), found); !read) {
      return fail(Errc::invalid, std::to_string(number) + ": " + read.error().message);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

}  // namespace ec2spotter
