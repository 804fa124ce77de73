#include "aws/wire/ec2/request_parts.hpp"

namespace ec2spotter::aws {

ApiCall reading(std::string action) { return {.action = std::move(action)}; }
ApiCall changing(std::string action) {
  return {.action = std::move(action), .effect = Effect::unknown};
}

ApiCall changing(std::string action, const InstanceId& instance) {
  ApiCall call = changing(std::move(action));
  call.params.add("InstanceId.1", instance.str());
  return call;
}

void add_filters(Params& params, const std::vector<Filter>& filters) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string name = list_name("Filter", i);
    params.add(name + ".Name", filters[i].name);
    for (std::size_t j = 0; j < filters[i].values.size(); ++j) {
      params.add(list_name(name + ".Value", j), filters[i].values[j]);
    }
  }
}

void add_tags(Params& params, const std::string& prefix, const Tags& tags) {
  std::size_t i = 0;
  for (const auto& [key, value] : tags) {
    const std::string name = list_name(prefix, i++);
    params.add(name + ".Key", key);
    params.add(name + ".Value", value);
  }
}

void add_tag_specifications(Params& params, const std::string& prefix,
                            const std::vector<std::string>& types, const Tags& tags) {
  if (tags.empty()) return;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string name = prefix + list_name("TagSpecification", i);
    params.add(name + ".ResourceType", types[i]);
    add_tags(params, name + ".Tag", tags);
  }
}

void add_page(Params& params, const Page& page, std::string_view size) {
  params.add("MaxResults", std::string(size));
  params.add_if("NextToken", page.next_token);
}

ApiCall describe(std::string action, const std::vector<Filter>& filters, const Page& page) {
  return describe(std::move(action), "", std::vector<Id<struct NoIdTag>>{}, filters, page);
}

}  // namespace ec2spotter::aws
