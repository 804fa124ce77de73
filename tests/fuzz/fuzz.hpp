// What the fuzz targets share. Each target defines LLVMFuzzerTestOneInput; what it promises is
// checked with require, which ends the process as a sanitizer does.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace ec2spotter::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

using Parser = void (*)(std::string_view);

// The first byte, a letter from 'a' on, chooses the parser; the rest is its input.
template <std::size_t kCount>
int choose(const std::uint8_t* data, std::size_t size, const std::array<Parser, kCount>& parsers) {
  if (size == 0) return 0;
  const std::size_t chosen = static_cast<std::uint8_t>(data[0] - 'a');
  if (chosen < kCount) parsers[chosen](text_of(data + 1, size - 1));
  return 0;
}

}  // namespace ec2spotter::fuzz
