// The Query protocol's parameters and their form encoding. Pure.
// Source: EC2 API reference, version 2016-11-15, "Query requests".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ec2spotter::aws {

// The parameters of one call, in the order they are sent; names as on the wire ("Filter.1.Name").
class Params {
 public:
  void add(std::string name, std::string value) {
    pairs_.emplace_back(std::move(name), std::move(value));
  }
  void add_bool(std::string name, bool value) { add(std::move(name), value ? "true" : "false"); }
  // Leaves an empty value out.
  void add_if(std::string name, const std::string& value) {
    if (!value.empty()) add(std::move(name), value);
  }

  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  // The value of the first pair of that name, or "".
  std::string value(std::string_view name) const;

  bool operator==(const Params&) const = default;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// "Name.N", the wire name of element `index` (from 0) of a list.
std::string list_name(std::string_view name, std::size_t index);

// application/x-www-form-urlencoded, with %20 for a blank as AWS's own clients send it.
std::string encode_form(const Params& params);

}  // namespace ec2spotter::aws
