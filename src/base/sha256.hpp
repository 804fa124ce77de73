// SHA-256, on OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace ec2spotter {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

// Lower-case hex of any bytes.
std::string hex(std::string_view bytes);

}  // namespace ec2spotter
