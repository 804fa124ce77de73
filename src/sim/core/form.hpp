// The form that a document from outside must have, built from parts. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// What is wrong with a value that stands at `path` of its document, in one sentence that begins
// with the path: "volumes[0].size_gib must be a whole number from 1 to 65536, and is a text".
using Problem = std::optional<std::string>;
using Form = std::function<Problem(const Json& value, const std::string& path)>;

Form a_text();  // not an empty one
Form any_text();
Form a_flag();
Form a_whole_number(long min, long max);
Form a_list(Form of_each);
// An object with any keys.
Form a_map(Form of_each);

struct Member {
  std::string key;
  Form form;
  bool needed = false;
};
// An object with these members and no others.
Form an_object(std::vector<Member> members);
// The same, but others may be there.
Form an_open_object(std::vector<Member> members);

// Errors: invalid, with the problem.
Result<void> check_form(const Json& document, const Form& form);

}  // namespace ec2spotter::sim
