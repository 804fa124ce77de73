#include "aws/config/ini_text.hpp"

#include <algorithm>
#include <array>

namespace ec2spotter::aws {
namespace {

// The blanks of Python's str.isspace, in UTF-8; the longest is three bytes.
constexpr auto kWideBlanks = std::to_array<std::string_view>({
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
});

bool is_narrow_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 28 && c < 32); }

// The bytes of the blank at the front; 0: none is there.
std::size_t blank_at_front(std::string_view text) {
  if (!text.empty() && is_narrow_blank(text.front())) return 1;
  const auto* wide = std::find_if(kWideBlanks.begin(), kWideBlanks.end(),
                                  [&](std::string_view blank) { return text.starts_with(blank); });
  return wide == kWideBlanks.end() ? 0 : wide->size();
}

std::size_t blank_at_back(std::string_view text) {
  if (!text.empty() && is_narrow_blank(text.back())) return 1;
  const auto* wide = std::find_if(kWideBlanks.begin(), kWideBlanks.end(),
                                  [&](std::string_view blank) { return text.ends_with(blank); });
  return wide == kWideBlanks.end() ? 0 : wide->size();
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with("\r\n")) {
      text.remove_prefix(2);
    } else if (!text.empty()) {
      text.remove_prefix(1);
    }
  }
  return lines;
}

std::string_view trimmed(std::string_view line) {
  while (const std::size_t blank = blank_at_front(line)) line.remove_prefix(blank);
  while (const std::size_t blank = blank_at_back(line)) line.remove_suffix(blank);
  return line;
}

std::size_t indent_of(std::string_view line) {
  std::size_t count = 0;
  while (const std::size_t blank = blank_at_front(line)) {
    line.remove_prefix(blank);
    ++count;
  }
  return count;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

}  // namespace ec2spotter::aws
