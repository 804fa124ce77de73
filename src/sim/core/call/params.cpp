#include "sim/core/call/params.hpp"

#include <charconv>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

std::optional<long> as_number(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// How many bytes the UTF-8 sequence at the start of `bytes` has; 0: none starts there.
std::size_t sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned first = at(0);
  if (first < 0x80U)
    return first >= 0x20U || first == '\n' || first == '\t' || first == '\r' ? 1 : 0;
  if (first >= 0xC2U && first <= 0xDFU) return follows(1) ? 2 : 0;
  const unsigned second = at(1);
  if (first >= 0xE0U && first <= 0xEFU) {
    const bool overlong = first == 0xE0U && second < 0xA0U;
    const bool surrogate = first == 0xEDU && second >= 0xA0U;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    const bool overlong = first == 0xF0U && second < 0x90U;
    const bool beyond = first == 0xF4U && second >= 0x90U;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

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
