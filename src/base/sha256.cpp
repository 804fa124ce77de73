#include "base/sha256.hpp"

#include <openssl/evp.h>

#include "base/result.hpp"

namespace ec2spotter {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  constexpr std::size_t kBytes = 32;
  std::string digest(kBytes, '\0');
  unsigned int length = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 &length, EVP_sha256(), nullptr);
  CHECK(done == 1 && length == kBytes);
  return hex(digest);
}

}  // namespace ec2spotter
