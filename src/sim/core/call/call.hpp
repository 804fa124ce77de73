// One API call on its way through a handler, and what handlers share.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sim/core/call/params.hpp"
#include "sim/core/call/select.hpp"
#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// The access key of a person at the console; the secret is the same text. Its calls break no rule:
// the rules are about our programs.
inline constexpr std::string_view kPersonKey = "person";

// The request of a presigned URL whose signature is valid now.
struct PresignedCall {
  std::string region;  // that it was signed for
  ParamMap params;
};

struct Call {
  World& world;
  std::string region;
  std::string action;
  Params params;
  bool by_person = false;                       // signed with kPersonKey
  std::optional<PresignedCall> presigned = {};  // of the parameter PresignedUrl
  std::string fault = {};                       // the kind of the fault that strikes it, or empty

  const Table& table(const std::string& kind) const { return world.table(region, kind); }
  Json* find(const std::string& kind, const std::string& id) {
    return world.find(region, kind, id);
  }
  Json& put(const std::string& kind, const std::string& id) { return world.put(region, kind, id); }
  void erase(const std::string& kind, const std::string& id) { world.erase(region, kind, id); }

  // Every handler calls this once, after it has read all parameters and before it changes
  // anything: UnknownParameter, or DryRunOperation when DryRun was asked for.
  Result<void> finish();
};

// Does an action only read? Its name shows that.
bool changes_nothing(std::string_view action);

using Handler = Result<Json> (*)(Call& call);
using Actions = std::map<std::string, Handler>;

// Each family of resources adds its actions.
void add_instance_actions(Actions& actions);
void add_instance_attribute_actions(Actions& actions);
void add_instance_status_actions(Actions& actions);
void add_instance_type_actions(Actions& actions);
void add_volume_actions(Actions& actions);
void add_volume_change_actions(Actions& actions);
void add_snapshot_actions(Actions& actions);
void add_create_snapshot_actions(Actions& actions);
void add_copy_snapshot_actions(Actions& actions);
void add_tag_actions(Actions& actions);
void add_spot_actions(Actions& actions);
void add_address_actions(Actions& actions);
void add_image_actions(Actions& actions);
void add_network_actions(Actions& actions);
void add_interface_actions(Actions& actions);
void add_template_actions(Actions& actions);
void add_fleet_actions(Actions& actions);
void add_key_actions(Actions& actions);
void add_place_actions(Actions& actions);
void add_root_task_actions(Actions& actions);
void add_encryption_actions(Actions& actions);

// A Describe call in general: ids, filters and paging over one kind.
struct DescribeSpec {
  std::string kind;
  std::string id_parameter;  // "VolumeId"; empty: the call takes no ids
  std::string not_found;     // "InvalidVolume.NotFound"
  std::string set;           // "volumeSet"
  const FilterPaths* filters = nullptr;
  PageLimits page = {};
  bool paged = true;
  bool (*shown)(const Json& resource) = nullptr;  // those that exist for the call; null: all
};
struct Selection {
  std::vector<const Json*> resources;  // valid until the world changes
  std::string next;                    // token of the next page, or empty
};
Result<Selection> select(Call& call, const DescribeSpec& spec);
// The same as a reply: {set: [...], nextToken}.
Result<Json> describe(Call& call, const DescribeSpec& spec);
// Puts the token of the next page into a reply, if there is one.
Json with_next(Json reply, const std::string& next);

// The resource, or `not_found` with a sentence.
Result<Json*> need(Call& call, const char* kind, const char* not_found, const std::string& id);
Result<Json*> need_instance(Call& call, const std::string& id);

// A value that must be one of `known`; InvalidParameterValue names the parameter otherwise.
Result<std::string> one_of(Params& params, const std::string& name, const std::string& fallback,
                           std::initializer_list<std::string_view> known);

// TagSpecification.N for resources of `type`. The tag set.
// Errors: InvalidParameterValue for another type or a tag that EC2 does not take.
Result<Json> read_tags(Params& params, const std::string& type);
// The tag sets of a call that makes several kinds of resources, by type.
Result<std::map<std::string, Json>> read_tag_specifications(
    Params& params, std::initializer_list<std::string_view> types);
Result<void> check_tag(const std::string& key, const std::string& value);

// A client token's memory: the earlier reply for the same token and parameters, null for a new
// token. Errors: IdempotentParameterMismatch.
Result<Json> recall_token(Call& call, const std::string& fingerprint, const std::string& token);
void remember_token(Call& call, const std::string& fingerprint, const std::string& token,
                    const Json& reply);

}  // namespace ec2spotter::sim
