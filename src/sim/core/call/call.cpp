#include "sim/core/call/call.hpp"

#include <algorithm>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kTagsMost = 50;
constexpr std::size_t kTagKeyMost = 128;
constexpr std::size_t kTagValueMost = 256;
constexpr std::size_t kTokenMost = 64;
constexpr std::size_t kTokensBetweenSweeps = 256;
constexpr Duration kTokensLast = std::chrono::hours(48);

// Only now and then, so that neither the state nor the work of a call grows with all earlier
// tokens.
void forget_old_tokens(Call& call) {
  const Table& tokens = call.table("token");
  if (tokens.size() % kTokensBetweenSweeps != kTokensBetweenSweeps - 1) return;
  std::vector<std::string> old;
  for (const auto& [id, token] : tokens) {
    const TimePoint used(Duration(token.at("at").get<Duration::rep>()));
    if (call.world.now() - used > kTokensLast) old.push_back(id);
  }
  for (const std::string& id : old) call.erase("token", id);
}

Result<Json> read_tag_set(Params& specification) {
  Json set = Json::array();
  for (Params& tag : specification.structures("Tag")) {
    TRY(const std::string key, tag.need("Key"));
    const std::string value = tag.get_or("Value", "");
    TRY_VOID(tag.finish());
    TRY_VOID(check_tag(key, value));
    set.push_back({{"key", key}, {"value", value}});
  }
  if (set.size() > kTagsMost) return refuse("TagLimitExceeded", "More than 50 tags");
  return set;
}

}  // namespace

bool changes_nothing(std::string_view action) {
  return action.starts_with("Describe") || action.starts_with("Get") || action.starts_with("List");
}

Result<void> Call::finish() {
  TRY(const bool dry_run, params.flag("DryRun", false));
  TRY_VOID(params.finish());
  if (dry_run) {
    return refuse("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  }
  return {};
}

Result<Selection> select(Call& call, const DescribeSpec& spec) {
  const auto ids =
      spec.id_parameter.empty() ? std::vector<std::string>{} : call.params.list(spec.id_parameter);
  TRY(const Filters filters, read_filters(call.params, *spec.filters));
  Paging paging;
  if (spec.paged) {
    TRY(paging, read_paging(call.params, !ids.empty(), spec.page));
  }
  TRY_VOID(call.finish());
  const auto wanted = [&](const Json& resource) {
    return (spec.shown == nullptr || spec.shown(resource)) && filters.match(resource);
  };
  Selection found;
  for (const std::string& id : ids) {
    const Json* resource = call.find(spec.kind, id);
    if (resource == nullptr || (spec.shown != nullptr && !spec.shown(*resource))) {
      return refuse(spec.not_found, "The " + spec.kind + " ID '" + id + "' does not exist");
    }
    if (wanted(*resource)) found.resources.push_back(resource);
  }
  if (!ids.empty()) return found;
  const Table& table = call.table(spec.kind);
  for (auto it = paging.after.empty() ? table.begin() : table.upper_bound(paging.after);
       it != table.end(); ++it) {
    if (!wanted(it->second)) continue;
    if (found.resources.size() == paging.count) {
      found.next = page_token(found.next);
      return found;
    }
    found.resources.push_back(&it->second);
    found.next = it->first;
  }
  found.next.clear();
  return found;
}

Json with_next(Json reply, const std::string& next) {
  if (!next.empty()) reply["nextToken"] = next;
  return reply;
}

Result<Json> describe(Call& call, const DescribeSpec& spec) {
  TRY(const Selection found, select(call, spec));
  Json set = Json::array();
  for (const Json* resource : found.resources)
    set.push_back(as_xml(call.world.rendering_of(*resource)));
  return with_next({{spec.set, std::move(set)}}, found.next);
}

Result<Json*> need(Call& call, const char* kind, const char* not_found, const std::string& id) {
  Json* found = call.find(kind, id);
  if (found != nullptr) return found;
  return refuse(not_found, std::string("The ") + kind + " ID '" + id + "' does not exist");
}

Result<Json*> need_instance(Call& call, const std::string& id) {
  return need(call, "instance", "InvalidInstanceID.NotFound", id);
}

Result<std::string> one_of(Params& params, const std::string& name, const std::string& fallback,
                           std::initializer_list<std::string_view> known) {
  std::string value = params.get_or(name, fallback);
  if (value == fallback || std::find(known.begin(), known.end(), value) != known.end()) {
    return value;
  }
  return refuse("InvalidParameterValue",
                "Value (" + value + ") for parameter " + name + " is invalid.");
}

Result<void> check_tag(const std::string& key, const std::string& value) {
  if (key.size() <= kTagKeyMost && value.size() <= kTagValueMost && !key.starts_with("aws:")) {
    return {};
  }
  return refuse("InvalidParameterValue", "The tag '" + key +
                                             "' is not valid: keys have up to 128 characters and "
                                             "no prefix aws:, values up to 256");
}

Result<std::map<std::string, Json>> read_tag_specifications(
    Params& params, std::initializer_list<std::string_view> types) {
  std::map<std::string, Json> sets;
  for (Params& specification : params.structures("TagSpecification")) {
    TRY(const std::string type, specification.need("ResourceType"));
    TRY(Json set, read_tag_set(specification));
    TRY_VOID(specification.finish());
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      return refuse("InvalidParameterValue",
                    "'" + type + "' is not a valid taggable resource type for this operation.");
    }
    sets[type] = std::move(set);
  }
  return sets;
}

Result<Json> read_tags(Params& params, const std::string& type) {
  TRY(auto sets, read_tag_specifications(params, {type}));
  const auto found = sets.find(type);
  return found == sets.end() ? Json::array() : std::move(found->second);
}

Result<Json> recall_token(Call& call, const std::string& fingerprint, const std::string& token) {
  if (token.empty()) return Json();
  if (token.size() > kTokenMost) {
    return refuse("InvalidParameterValue", "The client token is longer than 64 characters");
  }
  const Json* known = call.find("token", call.action + "/" + token);
  if (known == nullptr) return Json();
  if (text(*known, "fingerprint") != fingerprint) {
    return refuse("IdempotentParameterMismatch",
                  "The client token was used before, with other parameters.");
  }
  return known->at("reply");
}

void remember_token(Call& call, const std::string& fingerprint, const std::string& token,
                    const Json& reply) {
  if (token.empty()) return;
  forget_old_tokens(call);
  call.put("token", call.action + "/" + token) = {
      {"fingerprint", fingerprint},
      {"reply", reply},
      {"at", call.world.now().time_since_epoch().count()}};
}

}  // namespace ec2spotter::sim
