#include "aws/net/http_date.hpp"

#include <charconv>

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::size_t kLength = std::string_view{"Sun, 06 Nov 1994 08:49:37 GMT"}.size();

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<TimePoint> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != kLength || !text.ends_with(" GMT") || text.substr(3, 2) != ", ") {
    return std::nullopt;
  }
  const auto day_number = number(text.substr(5, 2));
  const auto month_at = kMonths.find(text.substr(8, 3));
  const auto year_number = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (!day_number || month_at == std::string_view::npos || month_at % 3 != 0 || !year_number ||
      !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  const year_month_day date{year{*year_number}, month{static_cast<unsigned>(month_at / 3 + 1)},
                            day{static_cast<unsigned>(*day_number)}};
  if (!date.ok()) return std::nullopt;
  return TimePoint{sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second}};
}

}  // namespace ec2spotter::aws
