#include "prose.hpp"

#include <cctype>

namespace ec2spotter::tidy {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Where the comment of a line begins that `mark` opens, else the line's length. A mark within
// quotes, or within a word, opens none.
std::size_t comment_at(const std::string& line, const std::string& mark) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
      continue;
    }
    const bool free = i == 0 || is_blank(line[i - 1]);
    if (free && line.compare(i, mark.size(), mark) == 0) return i;
    // An apostrophe within a word does not open a text: 1'000, don't.
    if (c == '"' ||
        (c == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(line[i - 1])) == 0))) {
      quote = c;
    }
  }
  return line.size();
}

struct Split {
  std::vector<ProseLine> prose;
  std::vector<std::string> code;
};

void split_line(const std::string& line, const std::string& mark, std::size_t index, Split& into) {
  const std::size_t at = comment_at(line, mark);
  into.code.push_back(line.substr(0, at));
  if (at < line.size()) into.prose.push_back({index, line.substr(at + mark.size())});
}

Split split_python(const SourceFile& file) {
  const std::string mark = "\"\"\"";
  Split split;
  bool inside = false;
  bool is_prose = false;  // the text of three quotes that we are in, or were last
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    const std::size_t first = line.find(mark);
    if (!inside && first == std::string::npos) {
      split_line(line, "#", i, split);
      continue;
    }
    // A text that is assigned, or given to a function, is no docstring.
    if (!inside) is_prose = line.find_first_not_of(' ') == first;
    if (is_prose) split.prose.push_back({i, line});
    split.code.push_back(is_prose ? std::string() : line);
    for (std::size_t at = first; at != std::string::npos; at = line.find(mark, at + 3)) {
      inside = !inside;
    }
  }
  return split;
}

Split split_file(const SourceFile& file) {
  if (file.path.ends_with(".py")) return split_python(file);
  Split split;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (file.path.ends_with(".md")) {
      split.prose.push_back({i, file.lines[i]});
    } else {
      split_line(file.lines[i], file.is_cpp() ? "//" : "#", i, split);
    }
  }
  return split;
}

}  // namespace

std::vector<ProseLine> prose_of(const SourceFile& file) { return split_file(file).prose; }

std::vector<std::string> code_of(const SourceFile& file) { return split_file(file).code; }

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

std::vector<std::string> quoted_in(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = text.find('`'); at != std::string::npos;) {
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string::npos) break;
    found.push_back(text.substr(at + 1, end - at - 1));
    at = text.find('`', end + 1);
  }
  return found;
}

std::vector<std::string> identifiers_of(const std::string& text) {
  std::vector<std::string> found(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      found.back() += c;
    } else if (!found.back().empty()) {
      found.emplace_back();
    }
  }
  if (found.back().empty()) found.pop_back();
  return found;
}

}  // namespace ec2spotter::tidy
