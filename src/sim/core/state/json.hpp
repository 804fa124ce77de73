// The simulator keeps every resource as JSON in EC2's own wire form: what a Describe call shows is
// what is stored, and saving the state is printing it. Members that start with '_' are ours and
// are never shown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

// Made once, in json.cpp: every file would otherwise compile all of it again.
extern template class nlohmann::basic_json<>;

namespace ec2spotter::sim {

using Json = nlohmann::json;

// The text at `key`, or empty.
inline std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A document from outside: at most 63 levels deep, so that no document can fill the stack of a
// recursive reader. Discarded if it is deeper or not JSON.
Json parse_foreign(std::string_view text);

// A document in a file that the user named. Errors: invalid, beginning with "LINE:COLUMN: ".
Result<Json> parse_document(std::string_view text);

// The document on one line; what is not UTF-8 in it is replaced.
std::string as_text(const Json& document);

}  // namespace ec2spotter::sim
