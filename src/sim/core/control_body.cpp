#include "sim/core/control_body.hpp"

#include <algorithm>

namespace ec2spotter::sim {

Result<void> check_keys(const Json& body, std::initializer_list<std::string_view> known) {
  if (!body.is_object()) return fail(Errc::invalid, "the request must be a JSON object");
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string all;
    for (const std::string_view name : known) all.append(" ").append(name);
    return fail(Errc::invalid, "unknown key '" + key + "'; known:" + all);
  }
  return {};
}

Result<std::string> text_or(const Json& body, const char* key, const std::string& fallback) {
  const auto found = body.find(key);
  if (found == body.end()) return fallback;
  if (!found->is_string())
    return fail(Errc::invalid, std::string("'") + key + "' must be a string");
  return found->get<std::string>();
}

Result<std::string> need_text(const Json& body, const char* key) {
  TRY(std::string value, text_or(body, key, ""));
  if (value.empty()) return fail(Errc::invalid, std::string("'") + key + "' is missing or empty");
  return value;
}

Result<long> need_number(const Json& body, const char* key, Range range) {
  const auto found = body.find(key);
  if (found == body.end()) return fail(Errc::invalid, std::string("'") + key + "' is missing");
  // A number beyond 64 bits, or with a fraction, is no whole number to the parser.
  const bool whole = found->is_number_integer() &&
                     (!found->is_number_unsigned() ||
                      found->get<unsigned long>() <= static_cast<unsigned long>(range.max));
  if (!whole || found->get<long>() < range.min || found->get<long>() > range.max) {
    return fail(Errc::invalid, std::string("'") + key + "' must be a whole number from " +
                                   std::to_string(range.min) + " to " + std::to_string(range.max));
  }
  return found->get<long>();
}

Result<long> number_or(const Json& body, const char* key, long fallback, Range range) {
  if (!body.contains(key)) return fallback;
  return need_number(body, key, range);
}

Result<bool> need_flag(const Json& body, const char* key, bool fallback) {
  const auto found = body.find(key);
  if (found == body.end()) return fallback;
  if (!found->is_boolean())
    return fail(Errc::invalid, std::string("'") + key + "' must be true or false");
  return found->get<bool>();
}

}  // namespace ec2spotter::sim
