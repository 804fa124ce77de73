// One API call on its way through a handler, and what handlers share.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/core/params.hpp"
#include "sim/core/select.hpp"
#include "sim/core/world.hpp"

namespace ec2spotter::sim {

struct Call {
  World& world;
  std::string region;
  std::string action;
  Params params;

  Table& table(const std::string& kind) { return world.table(region, kind); }
  Json* find(const std::string& kind, const std::string& id) {
    return world.find(region, kind, id);
  }

  // Every handler calls this once, after it has read all parameters and before it changes
  // anything: UnknownParameter, or DryRunOperation when DryRun was asked for.
  Result<void> finish();
};

using Handler = Result<Json> (*)(Call& call);
using Actions = std::map<std::string, Handler>;

// Each family of resources adds its actions.
void add_instance_actions(Actions& actions);
void add_volume_actions(Actions& actions);
void add_snapshot_actions(Actions& actions);
void add_tag_actions(Actions& actions);
void add_spot_actions(Actions& actions);
void add_address_actions(Actions& actions);
void add_image_actions(Actions& actions);
void add_network_actions(Actions& actions);
void add_key_actions(Actions& actions);
void add_place_actions(Actions& actions);

// A Describe call in general: ids, filters and paging over one kind.
struct DescribeSpec {
  std::string kind;
  std::string id_parameter;  // "VolumeId"
  std::string not_found;     // "InvalidVolume.NotFound"
  std::string set;           // "volumeSet"
  const FilterPaths* filters = nullptr;
  bool paged = true;
};
Result<Json> describe(Call& call, const DescribeSpec& spec);

// TagSpecification.N for resources of `type`; other types are given in `also`. The tag set.
Result<Json> read_tags(Params& params, const std::string& type,
                       const std::vector<std::string>& also = {});
// The tag sets of a call that makes several kinds of resources, by type.
Result<std::map<std::string, Json>> read_tag_specifications(Params& params);

// A client token's memory: the earlier reply for the same token and parameters, null for a new
// token. Errors: IdempotentParameterMismatch.
Result<Json> recall_token(Call& call, const std::string& scope, const std::string& fingerprint,
                          const std::string& token);
void remember_token(Call& call, const std::string& scope, const std::string& fingerprint,
                    const std::string& token, const Json& reply);

}  // namespace ec2spotter::sim
