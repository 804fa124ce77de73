#include "sim/core/params.hpp"

#include <charconv>

#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

std::optional<long> as_number(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Params::Params(ParamMap values) : values_(std::move(values)) {}

std::optional<std::string> Params::get(const std::string& name) {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  read_.insert(name);
  return found->second;
}

std::string Params::get_or(const std::string& name, const std::string& fallback) {
  return get(name).value_or(fallback);
}

Result<std::string> Params::need(const std::string& name) {
  auto value = get(name);
  if (!value || value->empty()) {
    return refuse("MissingParameter", "The request must contain the parameter " + name);
  }
  return std::move(*value);
}

Result<std::optional<long>> Params::number(const std::string& name) {
  const auto value = get(name);
  if (!value) return std::optional<long>();
  const auto parsed = as_number(*value);
  if (!parsed) {
    return refuse("InvalidParameterValue", "Value (" + *value + ") for parameter " + name +
                                               " is invalid. Expected a number");
  }
  return parsed;
}

Result<bool> Params::flag(const std::string& name, bool fallback) {
  const auto value = get(name);
  if (!value) return fallback;
  if (*value == "true") return true;
  if (*value == "false") return false;
  return refuse("InvalidParameterValue",
                "Value (" + *value + ") for parameter " + name + " is invalid. Expected a boolean");
}

std::vector<std::string> Params::list(const std::string& name) {
  std::vector<std::string> items;
  for (int i = 1;; ++i) {
    auto item = get(name + "." + std::to_string(i));
    if (!item) return items;
    items.push_back(std::move(*item));
  }
}

Params Params::structure(const std::string& name) {
  const std::string prefix = name + ".";
  ParamMap inner;
  for (auto it = values_.lower_bound(prefix); it != values_.end() && it->first.starts_with(prefix);
       ++it) {
    inner[it->first.substr(prefix.size())] = it->second;
    read_.insert(it->first);
  }
  return Params(std::move(inner));
}

std::vector<Params> Params::structures(const std::string& name) {
  std::vector<Params> items;
  for (int i = 1;; ++i) {
    Params item = structure(name + "." + std::to_string(i));
    if (item.empty()) return items;
    items.push_back(std::move(item));
  }
}

std::string Params::fingerprint() const {
  std::string all;
  for (const auto& [name, value] : values_) {
    if (name != "DryRun") all += name + "=" + value + "\n";
  }
  return all;
}

Result<void> Params::finish() const {
  for (const auto& [name, value] : values_) {
    if (read_.contains(name)) continue;
    return refuse("UnknownParameter", "The parameter " + name + " is not recognized");
  }
  return {};
}

}  // namespace ec2spotter::sim
