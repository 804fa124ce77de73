// How the keys of a TOML machine file are read: a function for each, which says what is wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/files/toml_library.hpp"
#include "model/machine.hpp"

namespace ec2spotter {

// What went wrong with one value, without its place.
using Problem = std::optional<std::string>;
using Setter = std::function<Problem(Machine&, const toml::node&)>;

template <class Assign>
Setter text(Assign assign) {
  return [assign](Machine& machine, const toml::node& node) -> Problem {
    const auto value = node.value<std::string>();
    if (!node.is_string() || !value) return "must be a string in quotes";
    return assign(machine, *value);
  };
}

// A text that goes into one member as it is.
inline Setter plain(std::string Machine::*member) {
  return text([member](Machine& machine, const std::string& value) -> Problem {
    machine.*member = value;
    return std::nullopt;
  });
}

template <class Add>
Setter list(Add add) {
  return [add](Machine& machine, const toml::node& node) -> Problem {
    const toml::array* items = node.as_array();
    if (items == nullptr) return "must be a list of strings: [\"...\"]";
    for (const toml::node& item : *items) {
      const auto value = item.value<std::string>();
      if (!item.is_string() || !value) return "must be a list of strings: [\"...\"]";
      if (Problem problem = add(machine, *value)) return problem;
    }
    return std::nullopt;
  };
}

// "90s", "10m", "2h", "7d"; nullopt: it has another form.
std::optional<Duration> parse_time(const std::string& value);
// A time that goes into one member, and is not below `min`.
Setter time(Duration Machine::*member, Duration min);

using Setters = std::vector<std::pair<std::string, Setter>>;

}  // namespace ec2spotter
