#include "sim/vm/qemu/boot_config.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

namespace ec2spotter::sim {
namespace {

using Words = std::vector<std::string>;

// Splits GRUB's script language into statements of words, variables replaced.
class Script {
 public:
  Script(std::string_view text, const BootVariables& variables)
      : text_(text), variables_(variables) {}

  // The next statement without its separator; nothing at the end. A lone brace is a statement.
  std::optional<Words> next() {
    Words words;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n' || c == ';') {
        ++at_;
        if (!words.empty()) return words;
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '\\' && text_.substr(at_, 2) == "\\\n") {
        at_ += 2;
      } else if (is_brace(c)) {
        if (words.empty()) words.emplace_back(1, text_[at_++]);
        return words;
      } else {
        read_word(words);
      }
    }
    if (words.empty()) return std::nullopt;
    return words;
  }

 private:
  // A brace stands alone when blanks or ends are around it; `${x}` is read by read_word.
  bool is_brace(char c) const {
    if (c != '{' && c != '}') return false;
    return at_ + 1 == text_.size() || std::strchr(" \t\r\n;", text_[at_ + 1]) != nullptr;
  }

  void read_word(Words& words) {
    std::string word;
    bool quoted = false;
    while (at_ < text_.size() && std::strchr(" \t\r\n;", text_[at_]) == nullptr) {
      const char c = text_[at_++];
      if (c == '\'') {
        const std::size_t end = std::min(text_.find('\'', at_), text_.size());
        word += text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
        quoted = true;
      } else if (c == '"') {
        read_double_quoted(word);
        quoted = true;
      } else if (c == '\\' && at_ < text_.size()) {
        word += text_[at_++];
      } else if (c == '$') {
        word += variable();
      } else {
        word += c;
      }
    }
    if (!word.empty() || quoted) words.push_back(std::move(word));
  }

  void read_double_quoted(std::string& word) {
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        word += text_[at_++];
      } else if (c == '$') {
        word += variable();
      } else {
        word += c;
      }
    }
    ++at_;
  }

  std::string variable() {
    const bool braced = at_ < text_.size() && text_[at_] == '{';
    if (braced) ++at_;
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      ++at_;
    }
    const auto found = variables_.find(text_.substr(begin, at_ - begin));
    if (braced && at_ < text_.size() && text_[at_] == '}') ++at_;
    return found == variables_.end() ? std::string() : found->second;
  }

  std::string_view text_;
  const BootVariables& variables_;
  std::size_t at_ = 0;
};

struct MenuItem {
  Words header;  // title and options; an id is one of the words
  BootEntry entry;
  std::vector<std::unique_ptr<MenuItem>> children;
};

bool is_any_of(const std::string& word, std::initializer_list<std::string_view> choices) {
  return std::find(choices.begin(), choices.end(), word) != choices.end();
}

std::string join(const Words& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) {
    text += (text.empty() ? "" : " ") + words[i];
  }
  return text;
}

// Runs the statements of grub.cfg and keeps the menu.
class MenuReader {
 public:
  explicit MenuReader(BootVariables variables) : variables_(std::move(variables)) {}

  void read(std::string_view text) {
    Script script(text, variables_);
    std::vector<MenuItem*> open{&top_};
    MenuItem* header = nullptr;
    while (auto words = script.next()) {
      if (words->size() > 1 && is_any_of(words->front(), {"then", "else"})) {
        words->erase(words->begin());
      }
      const std::string& command = words->front();
      if (is_any_of(command, {"menuentry", "submenu", "function"})) {
        header = add_item(*open.back(), *words);
      } else if (command == "{") {
        open.push_back(header == nullptr ? &ignored_ : header);
        header = nullptr;
      } else if (command == "}") {
        if (open.size() > 1) open.pop_back();
      } else {
        run(*words, *open.back());
      }
    }
  }

  bool uses_bls() const { return uses_bls_; }

  // The item that `default` names, or the first.
  const MenuItem* chosen() const {
    const auto set = variables_.find("default");
    std::string path = set == variables_.end() ? "" : set->second;
    const MenuItem* item = &top_;
    while (!item->children.empty()) {
      const std::size_t cut = path.find('>');
      item = child(*item, path.substr(0, cut));
      path = cut == std::string::npos ? "" : path.substr(cut + 1);
    }
    return item == &top_ ? nullptr : item;
  }

 private:
  MenuItem* add_item(MenuItem& parent, const Words& words) {
    if (words.front() == "function" || words.size() < 2) return nullptr;
    parent.children.push_back(std::make_unique<MenuItem>());
    MenuItem& item = *parent.children.back();
    item.header.assign(words.begin() + 1, words.end());
    item.entry.title = item.header.front();
    return &item;
  }

  void run(const Words& words, MenuItem& in) {
    const std::string& command = words.front();
    if (command == "blscfg") uses_bls_ = true;
    if (words.size() < 2) return;
    if (command == "set") {
      const std::size_t equals = words[1].find('=');
      if (equals == std::string::npos) return;
      const std::string name = words[1].substr(0, equals);
      const std::string value = words[1].substr(equals + 1);
      // An empty default is `set default="${next_entry}"` without a next entry.
      if (name != "default" || !value.empty()) variables_[name] = value;
    } else if (is_any_of(command, {"linux", "linux16", "linuxefi"}) && in.entry.kernel.empty()) {
      in.entry.kernel = words[1];
      in.entry.arguments = join(words, 2);
    } else if (is_any_of(command, {"initrd", "initrd16", "initrdefi"}) &&
               in.entry.initrds.empty()) {
      in.entry.initrds.assign(words.begin() + 1, words.end());
    }
  }

  static const MenuItem* child(const MenuItem& parent, const std::string& wanted) {
    std::size_t number = 0;
    const char* end = wanted.data() + wanted.size();
    const auto [stop, error] = std::from_chars(wanted.data(), end, number);
    if (!wanted.empty() && error == std::errc{} && stop == end && number < parent.children.size()) {
      return parent.children[number].get();
    }
    for (const auto& each : parent.children) {
      if (std::find(each->header.begin(), each->header.end(), wanted) != each->header.end()) {
        return each.get();
      }
    }
    return parent.children.front().get();
  }

  BootVariables variables_;
  MenuItem top_;
  MenuItem ignored_;
  bool uses_bls_ = false;
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

}  // namespace

BootVariables parse_grubenv(std::string_view text) {
  BootVariables variables;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) continue;
    variables.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

Result<std::optional<BootEntry>> parse_grub_cfg(std::string_view text, BootVariables variables) {
  // `next_entry` is for one boot and would have to be erased on the disk.
  variables.erase("next_entry");
  MenuReader reader(std::move(variables));
  reader.read(text);
  const MenuItem* item = reader.chosen();
  if (item != nullptr && !item->entry.kernel.empty()) return item->entry;
  if (reader.uses_bls()) return std::optional<BootEntry>();
  if (item == nullptr) return fail(Errc::invalid, "it has no menu entry");
  return fail(Errc::invalid, "menu entry '" + item->entry.title + "' names no kernel");
}

std::optional<BootEntry> parse_bls_entry(std::string_view text, const BootVariables& variables) {
  BootEntry entry;
  Script script(text, variables);
  while (const auto words = script.next()) {
    if (words->size() < 2) continue;
    const std::string& key = words->front();
    if (key == "title") entry.title = join(*words, 1);
    if (key == "linux") entry.kernel = (*words)[1];
    if (key == "initrd") {
      entry.initrds.insert(entry.initrds.end(), words->begin() + 1, words->end());
    }
    if (key == "options") {
      entry.arguments += (entry.arguments.empty() ? "" : " ") + join(*words, 1);
    }
  }
  if (entry.kernel.empty()) return std::nullopt;
  return entry;
}

bool is_newer(const std::string& a, const std::string& b) {
  return ::strverscmp(a.c_str(), b.c_str()) > 0;
}

}  // namespace ec2spotter::sim
