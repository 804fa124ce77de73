#include "sim/core/call.hpp"

#include <algorithm>

#include "sim/core/wire.hpp"

namespace ec2spotter::sim {

Result<void> Call::finish() {
  TRY(const bool dry_run, params.flag("DryRun", false));
  TRY_VOID(params.finish());
  if (dry_run) {
    return refuse("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  }
  return {};
}

Result<Json> describe(Call& call, const DescribeSpec& spec) {
  const auto ids =
      spec.id_parameter.empty() ? std::vector<std::string>{} : call.params.list(spec.id_parameter);
  TRY(const Filters filters, read_filters(call.params, *spec.filters));
  Paging paging{.start = 0, .count = static_cast<std::size_t>(-1)};
  if (spec.paged) {
    TRY(paging, read_paging(call.params, !ids.empty()));
  }
  TRY_VOID(call.finish());
  Json found = Json::array();
  if (ids.empty()) {
    for (const auto& [id, resource] : call.table(spec.kind)) {
      if (filters.match(resource)) found.push_back(resource);
    }
  }
  for (const std::string& id : ids) {
    const Json* resource = call.find(spec.kind, id);
    if (resource == nullptr) {
      return refuse(spec.not_found, "The " + spec.kind + " ID '" + id + "' does not exist");
    }
    if (filters.match(*resource)) found.push_back(*resource);
  }
  const std::string next = take_page(found, paging);
  Json reply{{spec.set, std::move(found)}};
  if (!next.empty()) reply["nextToken"] = next;
  return reply;
}

Result<std::map<std::string, Json>> read_tag_specifications(Params& params) {
  std::map<std::string, Json> sets;
  for (Params& specification : params.structures("TagSpecification")) {
    TRY(const std::string type, specification.need("ResourceType"));
    Json set = Json::array();
    for (Params& tag : specification.structures("Tag")) {
      TRY(const std::string key, tag.need("Key"));
      set.push_back({{"key", key}, {"value", tag.get_or("Value", "")}});
      TRY_VOID(tag.finish());
    }
    TRY_VOID(specification.finish());
    sets[type] = std::move(set);
  }
  return sets;
}

Result<Json> read_tags(Params& params, const std::string& type,
                       const std::vector<std::string>& also) {
  TRY(auto sets, read_tag_specifications(params));
  for (const auto& [given, set] : sets) {
    if (given == type || std::find(also.begin(), also.end(), given) != also.end()) continue;
    return refuse("InvalidParameterValue",
                  "'" + given + "' is not a valid taggable resource type for this operation.");
  }
  const auto found = sets.find(type);
  return found == sets.end() ? Json::array() : std::move(found->second);
}

Result<Json> recall_token(Call& call, const std::string& scope, const std::string& fingerprint,
                          const std::string& token) {
  if (token.empty()) return Json();
  if (token.size() > 64) {
    return refuse("InvalidParameterValue", "The client token is longer than 64 characters");
  }
  const Json* known = call.find("token", call.action + "/" + scope + "/" + token);
  if (known == nullptr) return Json();
  if (text(*known, "fingerprint") != fingerprint) {
    return refuse("IdempotentParameterMismatch",
                  "The client token was used before, with other parameters.");
  }
  return known->at("reply");
}

void remember_token(Call& call, const std::string& scope, const std::string& fingerprint,
                    const std::string& token, const Json& reply) {
  if (token.empty()) return;
  call.table("token")[call.action + "/" + scope + "/" + token] = {{"fingerprint", fingerprint},
                                                                  {"reply", reply}};
}

}  // namespace ec2spotter::sim
