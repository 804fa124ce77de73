// Tags on every kind of resource.
#include <array>
#include <utility>

#include "sim/core/call.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kTagsMost = 50;

struct KindRow {
  std::string_view prefix;
  const char* kind;
  const char* type;  // EC2's resource type
};

constexpr auto kKinds = std::to_array<KindRow>({{"i-", "instance", "instance"},
                                                {"vol-", "volume", "volume"},
                                                {"snap-", "snapshot", "snapshot"},
                                                {"ami-", "image", "image"},
                                                {"eipalloc-", "address", "elastic-ip"},
                                                {"eni-", "network-interface", "network-interface"},
                                                {"sir-", "spot-request", "spot-instances-request"},
                                                {"subnet-", "subnet", "subnet"},
                                                {"sg-", "security-group", "security-group"},
                                                {"vpc-", "vpc", "vpc"},
                                                {"lt-", "launch-template", "launch-template"},
                                                {"fleet-", "fleet", "fleet"}});

Result<Json*> need_resource(Call& call, const std::string& id) {
  for (const KindRow& row : kKinds) {
    if (!id.starts_with(row.prefix)) continue;
    if (Json* found = call.find(row.kind, id)) return found;
  }
  return refuse("InvalidID", "The ID '" + id + "' is not valid");
}

Result<std::vector<Json*>> need_resources(Call& call, const std::vector<std::string>& ids) {
  if (ids.empty()) return refuse("MissingParameter", "The request must contain ResourceId");
  std::vector<Json*> resources;
  for (const std::string& id : ids) {
    TRY(Json * resource, need_resource(call, id));
    resources.push_back(resource);
  }
  return resources;
}

void set_tag(Json& set, const std::string& key, const std::string& value) {
  for (Json& tag : set) {
    if (text(tag, "key") != key) continue;
    tag["value"] = value;
    return;
  }
  set.push_back({{"key", key}, {"value", value}});
}

Result<Json> create_tags(Call& call) {
  const auto ids = call.params.list("ResourceId");
  auto given = call.params.structures("Tag");
  TRY_VOID(call.finish());
  TRY(const auto resources, need_resources(call, ids));
  std::vector<std::pair<std::string, std::string>> tags;
  for (Params& tag : given) {
    TRY(std::string key, tag.need("Key"));
    tags.emplace_back(std::move(key), tag.get_or("Value", ""));
    TRY_VOID(tag.finish());
    if (tags.back().first.size() > 128 || tags.back().second.size() > 256 ||
        tags.back().first.starts_with("aws:")) {
      return refuse("InvalidParameterValue", "The tag '" + tags.back().first + "' is not valid");
    }
  }
  for (Json* resource : resources) {
    Json set = resource->value("tagSet", Json::array());
    for (const auto& [key, value] : tags) set_tag(set, key, value);
    if (set.size() > kTagsMost) return refuse("TagLimitExceeded", "More than 50 tags");
    (*resource)["tagSet"] = std::move(set);
  }
  return Json{{"return", true}};
}

Result<Json> delete_tags(Call& call) {
  const auto ids = call.params.list("ResourceId");
  auto given = call.params.structures("Tag");
  TRY_VOID(call.finish());
  TRY(const auto resources, need_resources(call, ids));
  std::vector<std::pair<std::string, std::optional<std::string>>> tags;
  for (Params& tag : given) tags.emplace_back(tag.get_or("Key", ""), tag.get("Value"));
  for (Json* resource : resources) {
    Json kept = Json::array();
    for (const Json& old : resource->value("tagSet", Json::array())) {
      // Without any Tag, EC2 deletes every tag of the user.
      bool gone = tags.empty();
      for (const auto& [key, value] : tags) {
        gone = gone || (text(old, "key") == key && (!value || text(old, "value") == *value));
      }
      if (!gone) kept.push_back(old);
    }
    (*resource)["tagSet"] = std::move(kept);
  }
  return Json{{"return", true}};
}

Result<Json> describe_tags(Call& call) {
  static const FilterPaths kPaths{{"resource-id", "resourceId"},
                                  {"resource-type", "resourceType"},
                                  {"key", "key"},
                                  {"value", "value"}};
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, false));
  TRY_VOID(call.finish());
  Json set = Json::array();
  for (const KindRow& row : kKinds) {
    for (const auto& [id, resource] : call.table(row.kind)) {
      for (const Json& tag : resource.value("tagSet", Json::array())) {
        const Json entry{{"resourceId", id},
                         {"resourceType", row.type},
                         {"key", text(tag, "key")},
                         {"value", text(tag, "value")}};
        if (filters.match(entry)) set.push_back(entry);
      }
    }
  }
  const std::string next = take_page(set, paging);
  Json reply{{"tagSet", std::move(set)}};
  if (!next.empty()) reply["nextToken"] = next;
  return reply;
}

}  // namespace

void add_tag_actions(Actions& actions) {
  actions.insert(
      {{"CreateTags", create_tags}, {"DeleteTags", delete_tags}, {"DescribeTags", describe_tags}});
}

}  // namespace ec2spotter::sim
