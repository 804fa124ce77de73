// Base64 (RFC 4648, standard alphabet, padded).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ec2spotter {

std::string base64_encode(std::string_view bytes);

// Blanks and line breaks are skipped, padding may be missing; nothing when any other character or
// an impossible length is found.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace ec2spotter
