// Tags on every kind of resource.
#include <algorithm>
#include <array>
#include <utility>

#include "sim/core/call/call.hpp"
#include "sim/core/life/safety.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kTagsMost = 50;
constexpr std::size_t kResourcesMost = 1000;

struct KindRow {
  std::string_view prefix;
  const char* kind;
  const char* type;  // EC2's resource type
  const char* not_found;
};

constexpr auto kKinds = std::to_array<KindRow>({
    {"i-", "instance", "instance", "InvalidInstanceID.NotFound"},
    {"vol-", "volume", "volume", "InvalidVolume.NotFound"},
    {"snap-", "snapshot", "snapshot", "InvalidSnapshot.NotFound"},
    {"ami-", "image", "image", "InvalidAMIID.NotFound"},
    {"eipalloc-", "address", "elastic-ip", "InvalidAllocationID.NotFound"},
    {"eni-", "network-interface", "network-interface", "InvalidNetworkInterfaceID.NotFound"},
    {"sir-", "spot-request", "spot-instances-request", "InvalidSpotInstanceRequestID.NotFound"},
    {"subnet-", "subnet", "subnet", "InvalidSubnetID.NotFound"},
    {"sg-", "security-group", "security-group", "InvalidGroup.NotFound"},
    {"vpc-", "vpc", "vpc", "InvalidVpcID.NotFound"},
    {"lt-", "launch-template", "launch-template", "InvalidLaunchTemplateId.NotFound"},
    {"fleet-", "fleet", "fleet", "InvalidFleetId.NotFound"},
    {"replacevol-", "replace-root-volume-task", "replace-root-volume-task",
     "InvalidReplaceRootVolumeTaskId.NotFound"},
    {"key-", "key-pair", "key-pair", "InvalidKeyPair.NotFound"},
});

// Key pairs are kept by name and tagged by id.
Json* key_pair(Call& call, const std::string& id) {
  return call.world.find_where(call.region, "key-pair",
                               [&](const Json& key) { return text(key, "keyPairId") == id; });
}

Result<Json*> need_resource(Call& call, const std::string& id) {
  for (const KindRow& row : kKinds) {
    if (!id.starts_with(row.prefix)) continue;
    Json* found = row.prefix == "key-" ? key_pair(call, id) : call.find(row.kind, id);
    if (found != nullptr) return found;
    return refuse(row.not_found, "The ID '" + id + "' does not exist");
  }
  return refuse("InvalidID", "The ID '" + id + "' is not valid");
}

Result<std::vector<Json*>> need_resources(Call& call, const std::vector<std::string>& ids) {
  if (ids.empty()) return refuse("MissingParameter", "The request must contain ResourceId");
  if (ids.size() > kResourcesMost) {
    return refuse("InvalidParameterValue", "No more than 1000 resources in one call");
  }
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

bool is_system_tag(const Json& tag) { return text(tag, "key").starts_with("aws:"); }

std::size_t user_tags(const Json& set) {
  return set.size() -
         static_cast<std::size_t>(std::count_if(set.begin(), set.end(), is_system_tag));
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
    TRY_VOID(check_tag(tags.back().first, tags.back().second));
  }
  std::vector<Json> sets;
  for (const Json* resource : resources) {
    Json& set = sets.emplace_back(resource->value("tagSet", Json::array()));
    for (const auto& [key, value] : tags) set_tag(set, key, value);
    if (user_tags(set) > kTagsMost) return refuse("TagLimitExceeded", "More than 50 tags");
  }
  for (const Json* resource : resources) judge_tags(call, *resource, tags);
  for (std::size_t i = 0; i < sets.size(); ++i) (*resources[i])["tagSet"] = std::move(sets[i]);
  return Json{{"return", true}};
}

Result<Json> delete_tags(Call& call) {
  const auto ids = call.params.list("ResourceId");
  auto given = call.params.structures("Tag");
  TRY_VOID(call.finish());
  TRY(const auto resources, need_resources(call, ids));
  std::vector<std::pair<std::string, std::optional<std::string>>> tags;
  for (Params& tag : given) {
    TRY(std::string key, tag.need("Key"));
    tags.emplace_back(std::move(key), tag.get("Value"));
    TRY_VOID(tag.finish());
  }
  std::vector<std::pair<std::string, std::string>> lost;
  for (const auto& [key, value] : tags) lost.emplace_back(key, "");
  for (Json* resource : resources) {
    judge_tags(call, *resource, lost);
    Json kept = Json::array();
    for (const Json& old : resource->value("tagSet", Json::array())) {
      // Without any Tag, EC2 deletes every tag of the user.
      bool gone = tags.empty() && !is_system_tag(old);
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
  TRY(const Paging paging, read_paging(call.params, false, {}));
  TRY_VOID(call.finish());
  Json set = Json::array();
  for (const KindRow& row : kKinds) {
    for (const auto& [id, resource] : call.table(row.kind)) {
      for (const Json& tag : resource.value("tagSet", Json::array())) {
        const Json entry{{"resourceId", resource.value("keyPairId", id)},
                         {"resourceType", row.type},
                         {"key", text(tag, "key")},
                         {"value", text(tag, "value")}};
        if (filters.match(entry)) set.push_back(entry);
      }
    }
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"tagSet", std::move(set)}}, next);
}

}  // namespace

void add_tag_actions(Actions& actions) {
  actions.insert(
      {{"CreateTags", create_tags}, {"DeleteTags", delete_tags}, {"DescribeTags", describe_tags}});
}

}  // namespace ec2spotter::sim
