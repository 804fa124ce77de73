// The pages in which EC2 gives long lists.
#pragma once

#include <string>
#include <vector>

namespace ec2spotter::aws {

// How a reading call is paged: with explicit ids EC2 refuses MaxResults, without them we always
// send it. `next_token` empty: the first page.
struct Page {
  std::string next_token = {};
};

template <class T>
struct PageOf {
  std::vector<T> items;
  std::string next_token;  // empty: the last page
  bool operator==(const PageOf&) const = default;
};

}  // namespace ec2spotter::aws
