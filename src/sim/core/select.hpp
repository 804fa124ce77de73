// What all Describe calls share: filters, ids, paging.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sim/core/json.hpp"
#include "sim/core/params.hpp"

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

// Reads Filter.N; tag:KEY and tag-key are always known. Errors: InvalidParameterValue for a name
// that is not in `paths`.
Result<Filters> read_filters(Params& params, const FilterPaths& paths);

struct Paging {
  std::size_t start = 0;
  std::size_t count = 0;
};

// Reads MaxResults and NextToken. Errors: InvalidParameterValue, InvalidNextToken, and
// InvalidParameterCombination when `has_ids`.
Result<Paging> read_paging(Params& params, bool has_ids);

// Cuts `items` to the page and gives the token of the next one, or empty.
std::string take_page(Json& items, const Paging& paging);

}  // namespace ec2spotter::sim
