// The simulator keeps every resource as JSON in EC2's own wire form: what a Describe call shows is
// what is stored, and saving the state is printing it. Members that start with '_' are ours and
// are never shown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

// Made once, in json.cpp: every file would otherwise compile all of it again.
extern template class nlohmann::basic_json<>;

namespace ec2spotter::sim {

using Json = nlohmann::json;

// The text at `key`, or empty.
inline std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace ec2spotter::sim
