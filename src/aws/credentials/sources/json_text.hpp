// Reading members of JSON documents whose content nobody guarantees.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ec2spotter::aws {

// The member's text; "" when the document is no object, or has no such member, or it is no text.
inline std::string text_at(const nlohmann::json& json, const char* name) {
  const auto it = json.is_object() ? json.find(name) : json.end();
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

}  // namespace ec2spotter::aws
