// The parameters of one call, each read once: one that no handler reads is unknown.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ec2spotter::sim {

using ParamMap = std::map<std::string, std::string>;

// Is it UTF-8 without control characters other than line breaks and tabs? Nothing else can be
// stored and shown again.
bool is_text(std::string_view bytes);

class Params {
 public:
  explicit Params(ParamMap values);

  std::optional<std::string> get(const std::string& name);
  std::string get_or(const std::string& name, const std::string& fallback);
  Result<std::string> need(const std::string& name);            // else MissingParameter
  Result<std::optional<long>> number(const std::string& name);  // else InvalidParameterValue
  Result<bool> flag(const std::string& name, bool fallback);    // true or false
  std::vector<std::string> list(const std::string& name);       // name.1, name.2, ...

  // The parameters below "name.1.", "name.2." ..., each with that prefix taken off; all are read.
  std::vector<Params> structures(const std::string& name);
  // The parameters below "name.", with the prefix taken off; all are read.
  Params structure(const std::string& name);

  const ParamMap& all() const { return values_; }
  bool empty() const { return values_.empty(); }
  // A stable text of all parameters, for comparing two calls with one client token.
  std::string fingerprint() const;

  // UnknownParameter for the first parameter that nobody has read.
  Result<void> finish() const;

 private:
  ParamMap values_;
  std::set<std::string> read_;
};

}  // namespace ec2spotter::sim
