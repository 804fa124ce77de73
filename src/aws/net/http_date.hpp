// The Date header of an HTTP response (RFC 9110, section 5.6.7, the preferred form).
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace ec2spotter::aws {

// Reads "Sun, 06 Nov 1994 08:49:37 GMT"; nothing for any other text.
std::optional<TimePoint> parse_http_date(std::string_view text);

}  // namespace ec2spotter::aws
