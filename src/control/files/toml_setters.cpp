#include "control/files/toml_setters.hpp"

#include <charconv>
#include <map>

namespace ec2spotter {

std::optional<Duration> parse_time(const std::string& value) {
  const std::map<char, Duration> units{{'s', std::chrono::seconds(1)},
                                       {'m', std::chrono::minutes(1)},
                                       {'h', std::chrono::hours(1)},
                                       {'d', std::chrono::hours(24)}};
  int count = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, count);
  const auto unit = error == std::errc() && rest + 1 == end ? units.find(*rest) : units.end();
  if (unit == units.end() || count < 0 || count > 100'000) return std::nullopt;
  return count * unit->second;
}

Setter time(Duration Machine::*member, Duration min) {
  return text([member, min](Machine& machine, const std::string& value) -> Problem {
    const auto time = parse_time(value);
    if (!time) return "must be a time such as \"90s\", \"10m\", \"2h\" or \"7d\"";
    if (*time < min) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(min).count();
      return "must be at least " + std::to_string(seconds) + "s";
    }
    machine.*member = *time;
    return std::nullopt;
  });
}

}  // namespace ec2spotter
