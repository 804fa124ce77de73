// What all Describe calls share: filters, ids, paging.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sim/core/call/params.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

// Does `text` match `pattern`, in which '*' stands for any text and '?' for one character?
bool matches(std::string_view pattern, std::string_view text);

// A filter name -> where its values are in a resource: member names joined by '/', "*" for every
// member of a list.
using FilterPaths = std::map<std::string, std::string>;

// All scalar values at `path`, as text.
std::vector<std::string> values_at(const Json& resource, std::string_view path);

struct Filters {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;  // path or tag:KEY -> patterns
  bool match(const Json& resource) const;
};

// Do the selected things have tags, so that filters may name them?
enum class Tagged { yes, no };

// Reads Filter.N; tag:KEY and tag-key are known besides `paths` where there are tags. Errors:
// InvalidParameterValue for a name that is not known.
Result<Filters> read_filters(Params& params, const FilterPaths& paths, Tagged tagged = Tagged::yes);

struct PageLimits {
  long min = 5;
  long max = 1000;
};

struct Paging {
  std::string after;                                 // the last key of the page before
  std::size_t count = static_cast<std::size_t>(-1);  // all that is left
};

// Reads MaxResults and NextToken. Errors: InvalidParameterValue, InvalidNextToken, and
// InvalidParameterCombination when `has_ids`.
Result<Paging> read_paging(Params& params, bool has_ids, PageLimits limits);
// The NextToken that goes on after `key`.
std::string page_token(const std::string& key);

// For lists that are not tables: cuts `items` to the page, counting positions; the next token.
// Errors: InvalidNextToken.
Result<std::string> take_page(Json& items, const Paging& paging);

}  // namespace ec2spotter::sim
