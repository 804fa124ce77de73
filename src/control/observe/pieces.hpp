// Asks EC2 about more values than one filter holds.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "aws/ec2.hpp"

namespace ec2spotter {

// EC2 takes at most 200 values in one filter. Source: EC2 API reference, "Filter".
inline constexpr std::size_t kFilterValues = 200;

// Calls `read` with the values of `name`, as many at a time as one filter holds.
template <class T, class Read>
Result<void> in_pieces(const std::string& name, const std::vector<std::string>& values,
                       std::vector<T>& all, Read read) {
  for (std::size_t from = 0; from < values.size(); from += kFilterValues) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last =
        values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), from + kFilterValues));
    TRY(auto found, read(aws::Filter{name, {first, last}}));
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  return {};
}

}  // namespace ec2spotter
