// The members of a control call's body, read strictly. Errors: invalid, with a sentence.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

inline constexpr long kDay = 86400;
inline constexpr long kCountMost = 1'000'000;  // of whatever is counted

// The body is an object with no other members than these.
Result<void> check_keys(const Json& body, std::initializer_list<std::string_view> known);

Result<std::string> text_or(const Json& body, const char* key, const std::string& fallback);
Result<std::string> need_text(const Json& body, const char* key);

struct Range {
  long min = 0, max = 0;
};
Result<long> need_number(const Json& body, const char* key, Range range);
Result<long> number_or(const Json& body, const char* key, long fallback, Range range);

Result<bool> need_flag(const Json& body, const char* key, bool fallback);

}  // namespace ec2spotter::sim
