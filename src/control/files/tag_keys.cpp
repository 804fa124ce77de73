#include "control/files/tag_keys.hpp"

#include <algorithm>

#include "model/tags.hpp"

namespace ec2spotter {
namespace {

// In characters. Source: EC2 user guide, "Tag your Amazon EC2 resources".
constexpr std::size_t kKeyMost = 128;
constexpr std::size_t kValueMost = 256;

// Of a text in UTF-8, as TOML has it.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

Problem check_tag_key(const std::string& key) {
  if (key == tag::kName) return "has Name; use instance_name for it";
  if (key.starts_with("ec2spotter:")) return "has '" + key + "', which is one of our own tags";
  if (key.starts_with("aws:")) return "has '" + key + "', which only AWS may set";
  if (!key.empty() && characters(key) <= kKeyMost) return std::nullopt;
  return "has the key '" + key + "'; EC2 takes 1 to 128 characters";
}

Problem set_tags(Machine& machine, const toml::node& node) {
  machine.tags.clear();
  const toml::table* table = node.as_table();
  if (table == nullptr) return "must be a table of strings: { team = \"web\" }";
  if (table->size() > kOwnTagsMost) {
    return "has more than " + std::to_string(kOwnTagsMost) + " tags; remove some";
  }
  for (const auto& [name, value] : *table) {
    const std::string key(name.str());
    if (Problem problem = check_tag_key(key)) return problem;
    const auto text = value.value_exact<std::string>();
    if (!text) return "must be a table of strings: { team = \"web\" }";
    if (characters(*text) > kValueMost) {
      return "has a value of more than 256 characters for '" + key + "'";
    }
    machine.tags[key] = *text;
  }
  return std::nullopt;
}

}  // namespace ec2spotter
