#include "sim/core/call/select.hpp"

#include <algorithm>
#include <charconv>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kAll = static_cast<std::size_t>(-1);
constexpr std::size_t kFilterValuesMost = 200;
constexpr std::string_view kTokenPrefix = "after-";

void collect(const Json& value, std::string_view path, std::vector<std::string>& found) {
  if (path.empty()) {
    if (value.is_string()) found.push_back(value.get<std::string>());
    if (value.is_boolean() || value.is_number()) found.push_back(value.dump());
    return;
  }
  const std::size_t slash = path.find('/');
  const std::string_view head = path.substr(0, slash);
  const std::string_view rest = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  if (head == "*") {
    for (const Json& item : value) collect(item, rest, found);
  } else if (const auto member = value.find(std::string(head)); member != value.end()) {
    collect(*member, rest, found);
  }
}

bool any_match(const std::vector<std::string>& patterns, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches(pattern, value); });
  });
}

std::vector<std::string> filter_values(const Json& resource, const std::string& path) {
  if (!path.starts_with("tag:")) return values_at(resource, path);
  const auto set = resource.find("tagSet");
  if (set == resource.end()) return {};
  for (const Json& tag : *set) {
    if (text(tag, "key") == path.substr(4)) return {text(tag, "value")};
  }
  return {};
}

}  // namespace

bool matches(std::string_view pattern, std::string_view value) {
  std::size_t p = 0;
  std::size_t v = 0;
  std::size_t star = kAll;
  std::size_t resume = 0;
  while (v < value.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == value[v]) && pattern[p] != '*') {
      ++p;
      ++v;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = v;
    } else if (star != kAll) {
      p = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<std::string> values_at(const Json& resource, std::string_view path) {
  std::vector<std::string> found;
  collect(resource, path, found);
  return found;
}

bool Filters::match(const Json& resource) const {
  return std::all_of(all.begin(), all.end(), [&](const auto& filter) {
    return any_match(filter.second, filter_values(resource, filter.first));
  });
}

Result<Filters> read_filters(Params& params, const FilterPaths& paths, Tagged tagged) {
  Filters filters;
  for (Params& filter : params.structures("Filter")) {
    TRY(const std::string name, filter.need("Name"));
    auto values = filter.list("Value");
    TRY_VOID(filter.finish());
    if (values.size() > kFilterValuesMost) {
      return refuse("FilterLimitExceeded", "The filter '" + name + "' has more than 200 values");
    }
    const bool by_tag = tagged == Tagged::yes;
    if (by_tag && name.starts_with("tag:")) {
      filters.all.emplace_back(name, std::move(values));
    } else if (by_tag && name == "tag-key") {
      filters.all.emplace_back("tagSet/*/key", std::move(values));
    } else if (const auto path = paths.find(name); path != paths.end()) {
      filters.all.emplace_back(path->second, std::move(values));
    } else {
      return refuse("InvalidParameterValue", "The filter '" + name + "' is invalid");
    }
  }
  return filters;
}

Result<Paging> read_paging(Params& params, bool has_ids, PageLimits limits) {
  TRY(const auto max, params.number("MaxResults"));
  const std::string token = params.get_or("NextToken", "");
  if (max && has_ids) {
    return refuse("InvalidParameterCombination",
                  "The parameter MaxResults cannot be used together with a list of ids");
  }
  if (max && (*max < limits.min || *max > limits.max)) {
    return refuse("InvalidParameterValue",
                  "Value ( " + std::to_string(*max) + " ) for parameter maxResults is invalid. " +
                      "Expecting a value from " + std::to_string(limits.min) + " to " +
                      std::to_string(limits.max) + ".");
  }
  Paging paging;
  if (max) paging.count = static_cast<std::size_t>(*max);
  if (token.empty()) return paging;
  if (!token.starts_with(kTokenPrefix) || token.size() == kTokenPrefix.size()) {
    return refuse("InvalidNextToken", "The token '" + token + "' is invalid");
  }
  paging.after = token.substr(kTokenPrefix.size());
  return paging;
}

std::string page_token(const std::string& key) { return std::string(kTokenPrefix) + key; }

Result<std::string> take_page(Json& items, const Paging& paging) {
  std::size_t start = 0;
  const char* last = paging.after.data() + paging.after.size();
  const auto [end_of_number, error] = std::from_chars(paging.after.data(), last, start);
  if (!paging.after.empty() && (error != std::errc{} || end_of_number != last)) {
    return refuse("InvalidNextToken", "The token is invalid");
  }
  const std::size_t size = items.size();
  start = std::min(start, size);
  const std::size_t end = paging.count > size - start ? size : start + paging.count;
  if (start == 0 && end == size) return std::string();
  Json page = Json::array();
  for (std::size_t i = start; i < end; ++i) page.push_back(std::move(items[i]));
  items = std::move(page);
  return end == size ? std::string() : page_token(std::to_string(end));
}

}  // namespace ec2spotter::sim
