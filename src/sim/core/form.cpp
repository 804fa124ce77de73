#include "sim/core/form.hpp"

#include <algorithm>

#include "base/nearest.hpp"

namespace ec2spotter::sim {
namespace {

std::string what_is(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return value.get_ref<const std::string&>().empty() ? "empty" : "a text";
  return value.dump();  // a number, true, false or null
}

Problem must_be(const std::string& what, const Json& value, const std::string& path) {
  return (path.empty() ? "the document" : path) + " must be " + what + ", and is " + what_is(value);
}

std::string inside(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

Problem unknown_key(const std::vector<Member>& members, const std::string& key,
                    const std::string& path) {
  std::vector<std::string> known;
  for (const Member& each : members) known.push_back(each.key);
  return inside(path, key) + " is not known here" + did_you_mean(key, known);
}

Problem check_members(const std::vector<Member>& members, const Json& value,
                      const std::string& path) {
  for (const Member& each : members) {
    const auto found = value.find(each.key);
    if (found == value.end()) {
      if (each.needed) return inside(path, each.key) + " is missing";
      continue;
    }
    if (auto problem = each.form(*found, inside(path, each.key))) return problem;
  }
  return std::nullopt;
}

}  // namespace

Form a_text() {
  return [](const Json& value, const std::string& path) -> Problem {
    const bool good = value.is_string() && !value.get_ref<const std::string&>().empty();
    return good ? std::nullopt : must_be("a text", value, path);
  };
}

Form any_text() {
  return [](const Json& value, const std::string& path) -> Problem {
    return value.is_string() ? std::nullopt : must_be("a text", value, path);
  };
}

Form a_flag() {
  return [](const Json& value, const std::string& path) -> Problem {
    return value.is_boolean() ? std::nullopt : must_be("true or false", value, path);
  };
}

Form a_whole_number(long min, long max) {
  return [=](const Json& value, const std::string& path) -> Problem {
    // A number beyond 64 bits, or with a fraction, is no whole number to the parser.
    const bool too_large =
        value.is_number_unsigned() && value.get<unsigned long>() > static_cast<unsigned long>(max);
    const bool whole = value.is_number_integer() && !too_large;
    if (whole && value.get<long>() >= min && value.get<long>() <= max) return std::nullopt;
    return must_be("a whole number from " + std::to_string(min) + " to " + std::to_string(max),
                   value, path);
  };
}

Form a_list(Form of_each) {
  return [of_each = std::move(of_each)](const Json& value, const std::string& path) -> Problem {
    if (!value.is_array()) return must_be("a list", value, path);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string here = path + "[" + std::to_string(i) + "]";
      if (auto problem = of_each(value[i], here)) return problem;
    }
    return std::nullopt;
  };
}

Form a_map(Form of_each) {
  return [of_each = std::move(of_each)](const Json& value, const std::string& path) -> Problem {
    if (!value.is_object()) return must_be("an object", value, path);
    for (const auto& [key, each] : value.items()) {
      if (auto problem = of_each(each, inside(path, key))) return problem;
    }
    return std::nullopt;
  };
}

Form an_object(std::vector<Member> members) {
  return [members = std::move(members)](const Json& value, const std::string& path) -> Problem {
    if (!value.is_object()) return must_be("an object", value, path);
    for (const auto& [key, each] : value.items()) {
      const bool known =
          std::any_of(members.begin(), members.end(),
                      [&, &name = key](const Member& one) { return one.key == name; });
      if (!known) return unknown_key(members, key, path);
    }
    return check_members(members, value, path);
  };
}

Form an_open_object(std::vector<Member> members) {
  return [members = std::move(members)](const Json& value, const std::string& path) -> Problem {
    if (!value.is_object()) return must_be("an object", value, path);
    return check_members(members, value, path);
  };
}

Result<void> check_form(const Json& document, const Form& form) {
  if (auto problem = form(document, "")) return fail(Errc::invalid, std::move(*problem));
  return {};
}

}  // namespace ec2spotter::sim
