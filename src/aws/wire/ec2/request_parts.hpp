// The parts of requests of EC2's Query protocol.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/ec2.hpp"
#include "aws/wire/call.hpp"
#include "aws/wire/ec2/page.hpp"

namespace ec2spotter::aws {

inline constexpr std::string_view kPageSize = "1000";  // the largest that EC2 allows

// A call that changes nothing.
ApiCall reading(std::string action);
// A call after whose loss nobody knows whether EC2 carried it out.
ApiCall changing(std::string action);
ApiCall changing(std::string action, const InstanceId& instance);

void add_filters(Params& params, const std::vector<Filter>& filters);

// NAME.1, NAME.2, ...
template <class Tag>
void add_ids(Params& params, std::string_view name, const std::vector<Id<Tag>>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) params.add(list_name(name, i), ids[i].str());
}

// PREFIX.1.Key, PREFIX.1.Value, ...
void add_tags(Params& params, const std::string& prefix, const Tags& tags);
// The same tags for the new resources of each of these types. Without tags nothing is added.
void add_tag_specifications(Params& params, const std::string& prefix,
                            const std::vector<std::string>& types, const Tags& tags);

void add_page(Params& params, const Page& page, std::string_view size = kPageSize);

// A describe call by ids, or by filters alone; EC2 takes no page size together with ids.
template <class Tag>
ApiCall describe(std::string action, std::string_view id_name, const std::vector<Id<Tag>>& ids,
                 const std::vector<Filter>& filters, const Page& page) {
  ApiCall call = reading(std::move(action));
  add_ids(call.params, id_name, ids);
  add_filters(call.params, filters);
  if (ids.empty()) {
    add_page(call.params, page);
  } else {
    call.params.add_if("NextToken", page.next_token);
  }
  return call;
}

ApiCall describe(std::string action, const std::vector<Filter>& filters, const Page& page);

}  // namespace ec2spotter::aws
