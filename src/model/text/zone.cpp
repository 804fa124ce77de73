#include "model/text/zone.hpp"

#include <algorithm>
#include <vector>

namespace ec2spotter {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all(std::string_view text, bool (*is)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find('-');
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "1" of "1a", and of "1".
std::string_view leading_digits(std::string_view part) {
  const auto end = std::find_if_not(part.begin(), part.end(), is_digit);
  return part.substr(0, static_cast<std::size_t>(end - part.begin()));
}

tl::unexpected<Error> wrong(std::string_view zone, const std::string& why) {
  return fail(Errc::invalid, "'" + std::string(zone) + "' " + why +
                                 "; write the name of a zone, such as us-east-1a");
}

// What follows the region's number: the zone's letter, or the place of a local zone.
bool is_rest(std::string_view letter, const std::vector<std::string_view>& further) {
  const auto plain = [](char c) { return is_lower(c) || is_digit(c); };
  if (further.empty()) return letter.size() == 1 && is_lower(letter.front());
  return letter.empty() && further.size() > 1 &&
         std::all_of(further.begin(), further.end(),
                     [&](std::string_view part) { return all(part, plain); });
}

}  // namespace

Result<std::string> region_of_zone(std::string_view zone) {
  const auto parts = parts_of(zone);
  const auto numbered = std::find_if(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && is_digit(part.front());
  });
  const bool words = std::all_of(parts.begin(), numbered,
                                 [](std::string_view part) { return all(part, is_lower); });
  const std::string_view last = parts.back();
  if (parts.size() > 1 && last.starts_with("az") && all(last.substr(2), is_digit)) {
    return wrong(zone, "is a zone's id, and its name differs between accounts");
  }
  if (numbered == parts.end() || numbered - parts.begin() < 2 || !words) {
    return wrong(zone, "is not the name of a zone");
  }
  const std::string_view number = leading_digits(*numbered);
  const std::vector<std::string_view> further(numbered + 1, parts.end());
  const std::size_t length = static_cast<std::size_t>(number.data() - zone.data()) + number.size();
  if (length == zone.size()) return wrong(zone, "is a region, not a zone");
  if (!is_rest(numbered->substr(number.size()), further))
    return wrong(zone, "is not the name of a zone");
  return std::string(zone.substr(0, length));
}

std::string region_of_place(const std::string& zone) {
  return region_of_zone(zone).value_or(std::string());
}

}  // namespace ec2spotter
