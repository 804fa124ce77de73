#include "model/text/requirements.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace ec2spotter {
namespace {

constexpr double kNumberMost = 100'000;
constexpr int kMibOfGib = 1024;

std::optional<int> parse_number(std::string_view text, int unit) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || rest != end) return std::nullopt;
  if (!(number >= 0 && number <= kNumberMost)) return std::nullopt;  // nor is "nan" one
  const double value = number * unit;
  if (value != std::floor(value)) return std::nullopt;
  return static_cast<int>(value);
}

bool matches(std::string_view pattern, std::string_view name) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t in_pattern = 0, in_name = 0, star = kNone, behind_star = 0;
  while (in_name < name.size()) {
    const char wanted = in_pattern < pattern.size() ? pattern[in_pattern] : '\0';
    if (wanted == '*') {
      star = in_pattern++;
      behind_star = in_name;
    } else if (wanted == name[in_name]) {
      ++in_pattern;
      ++in_name;
    } else if (star != kNone) {  // the last star takes one character more
      in_pattern = star + 1;
      in_name = ++behind_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == kNone;
}

std::string text_of(const Range& range, int unit) {
  std::ostringstream text;
  text << static_cast<double>(range.min) / unit;
  if (range.max == range.min) return text.str();
  text << '-';
  if (range.max) text << static_cast<double>(*range.max) / unit;
  return text.str();
}

}  // namespace

std::optional<Range> parse_range(std::string_view text, int unit) {
  const std::size_t dash = text.find('-');
  const auto min = parse_number(text.substr(0, dash), unit);
  if (!min) return std::nullopt;
  if (dash == std::string_view::npos) return Range{.min = *min, .max = *min};
  const std::string_view upper = text.substr(dash + 1);
  if (upper.empty()) return Range{.min = *min, .max = std::nullopt};
  const auto max = parse_number(upper, unit);
  if (!max) return std::nullopt;
  return Range{.min = *min, .max = *max};
}

bool fulfils(const InstanceType& type, const Requirements& required) {
  return required.vcpus.contains(type.vcpus) && required.memory_mib.contains(type.memory_mib) &&
         std::none_of(required.excluded.begin(), required.excluded.end(),
                      [&](const std::string& pattern) { return matches(pattern, type.name); });
}

bool is_type_pattern(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-*";
  return !text.empty() && text.size() <= 30 &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string describe(const Requirements& required) {
  std::string text = text_of(required.vcpus, 1) + " vCPUs, " +
                     text_of(required.memory_mib, kMibOfGib) + " GiB, " +
                     std::string(to_string(required.architecture));
  for (std::size_t i = 0; i < required.excluded.size(); ++i) {
    text += (i == 0 ? ", without " : " ") + required.excluded[i];
  }
  return text;
}

}  // namespace ec2spotter
