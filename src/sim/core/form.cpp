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

Problem must_be(const std::string& what, const Json& value, const std::string& place) {
  return (place.empty() ? "the document" : place) + " must be " + what + ", and is " +
         what_is(value);
}

std::string inside(const std::string& place, const std::string& key) {
  return place.empty() ? key : place + "." + key;
}

Problem unknown_key(const std::vector<Member>& members, const std::string& key,
                    const std::string& place) {
  std::vector<std::string> known;
  for (const Member& each : members) known.push_back(each.key);
  return inside(place, key) + " is not known here" + did_you_mean(key, known);
}

Problem check_members(const std::vector<Member>& members, const Json& value,
                      const std::string& place) {
  for (const Member& each : members) {
    const auto found = value.find(each.key);
    if (found == value.end()) {
      if (each.needed) return inside(place, each.key) + " is missing";
      continue;
    }
    if (auto problem = each.form(*found, inside(place, each.key))) return problem;
  }
  return std::nullopt;
}

}  // namespace

Form a_text() {
  return [](const Json& value, const std::string& place) -> Problem {
    const bool good = value.is_string() && !value.get_ref<const std::string&>().empty();
    return good ? std::nullopt : must_be("a text", value, place);
  };
}

Form any_text() {
  return [](const Json& value, const std::string& place) -> Problem {
    return value.is_string() ? std::nullopt : must_be("a text", value, place);
  };
}

Form a_flag() {
  return [](const Json& value, const std::string& place) -> Problem {
    return value.is_boolean() ? std::nullopt : must_be("true or false", value, place);
  };
}

Form a_whole_number(long min, long max) {
  return [=](const Json& value, const std::string& place) -> Problem {
    // A number beyond 64 bits, or with a fraction, is no whole number to the parser.
    const bool too_large =
        value.is_number_unsigned() && value.get<unsigned long>() > static_cast<unsigned long>(max);
    const bool whole = value.is_number_integer() && !too_large;
    if (whole && value.get<long>() >= min && value.get<long>() <= max) return std::nullopt;
    return must_be("a whole number from " + std::to_string(min) + " to " + std::to_string(max),
                   value, place);
  };
}

Form a_list(Form of_each) {
  return [of_each = std::move(of_each)](const Json& value, const std::string& place) -> Problem {
    if (!value.is_array()) return must_be("a list", value, place);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string here = place + "[" + std::to_string(i) + "]";
      if (auto problem = of_each(value[i], here)) return problem;
    }
    return std::nullopt;
  };
}

Form a_map(Form of_each) {
  return [of_each = std::move(of_each)](const Json& value, const std::string& place) -> Problem {
    if (!value.is_object()) return must_be("an object", value, place);
    for (const auto& [key, each] : value.items()) {
      if (auto problem = of_each(each, inside(place, key))) return problem;
    }
    return std::nullopt;
  };
}

Form an_object(std::vector<Member> members) {
  return [members = std::move(members)](const Json& value, const std::string& place) -> Problem {
    if (!value.is_object()) return must_be("an object", value, place);
    for (const auto& [key, each] : value.items()) {
      const bool known =
          std::any_of(members.begin(), members.end(),
                      [&, &name = key](const Member& one) { return one.key == name; });
      if (!known) return unknown_key(members, key, place);
    }
    return check_members(members, value, place);
  };
}

Form an_open_object(std::vector<Member> members) {
  return [members = std::move(members)](const Json& value, const std::string& place) -> Problem {
    if (!value.is_object()) return must_be("an object", value, place);
    return check_members(members, value, place);
  };
}

Result<void> check_form(const Json& document, const Form& form) {
  if (auto problem = form(document, "")) return fail(Errc::invalid, std::move(*problem));
  return {};
}

}  // namespace ec2spotter::sim
