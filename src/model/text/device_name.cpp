#include "model/text/device_name.hpp"

#include <algorithm>

namespace ec2spotter {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What follows sd or xvd; empty: the name begins with neither.
std::string_view place_of(std::string_view text) {
  constexpr std::string_view kFolder = "/dev/";
  if (text.starts_with(kFolder)) text.remove_prefix(kFolder.size());
  for (const std::string_view prefix : {"sd", "xvd"}) {
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  }
  return {};
}

}  // namespace

bool is_device_name(std::string_view text) {
  const std::string_view place = place_of(text);
  const auto letters_end = std::find_if_not(place.begin(), place.end(), is_lower);
  const auto letters = letters_end - place.begin();
  const auto digits = place.end() - letters_end;
  return (letters == 1 || letters == 2) && place.front() != 'a' && digits <= 2 &&
         std::all_of(letters_end, place.end(), is_digit);
}

bool is_same_device(std::string_view a, std::string_view b) {
  const std::string_view place = place_of(a);
  return a == b || (!place.empty() && place == place_of(b));
}

}  // namespace ec2spotter
