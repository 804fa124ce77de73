// VPCs, subnets, security groups.
#include <algorithm>
#include <array>
#include <string_view>

#include "sim/core/call/call.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/state/places.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Result<Json> describe_vpcs(Call& call) {
  static const FilterPaths kPaths{{"vpc-id", "vpcId"},
                                  {"state", "state"},
                                  {"is-default", "isDefault"},
                                  {"isDefault", "isDefault"},
                                  {"cidr", "cidrBlock"}};
  return describe(call, {.kind = "vpc",
                         .id_parameter = "VpcId",
                         .not_found = "InvalidVpcID.NotFound",
                         .set = "vpcSet",
                         .filters = &kPaths});
}

Result<Json*> group_named(Call& call, const std::string& name) {
  Json* found = call.world.find_where(call.region, "security-group", [&](const Json& group) {
    return text(group, "groupName") == name;
  });
  if (found != nullptr) return found;
  return refuse("InvalidGroup.NotFound", "The security group '" + name + "' does not exist");
}

Result<Json> describe_subnets(Call& call) {
  static const FilterPaths kPaths{{"subnet-id", "subnetId"},
                                  {"vpc-id", "vpcId"},
                                  {"state", "state"},
                                  {"cidr-block", "cidrBlock"},
                                  {"owner-id", "ownerId"},
                                  {"map-public-ip-on-launch", "mapPublicIpOnLaunch"},
                                  {"availability-zone", "availabilityZone"},
                                  {"availabilityZone", "availabilityZone"},
                                  {"availability-zone-id", "availabilityZoneId"},
                                  {"default-for-az", "defaultForAz"},
                                  {"defaultForAz", "defaultForAz"}};
  TRY(const Selection found, select(call, {.kind = "subnet",
                                           .id_parameter = "SubnetId",
                                           .not_found = "InvalidSubnetID.NotFound",
                                           .set = "subnetSet",
                                           .filters = &kPaths}));
  Json set = Json::array();
  for (const Json* subnet : found.resources) {
    set.push_back(*subnet);
    set.back()["availableIpAddressCount"] = free_addresses(*subnet);
  }
  return with_next({{"subnetSet", std::move(set)}}, found.next);
}

Result<Json> describe_groups(Call& call) {
  static const FilterPaths kPaths{{"group-id", "groupId"},
                                  {"group-name", "groupName"},
                                  {"vpc-id", "vpcId"},
                                  {"owner-id", "ownerId"},
                                  {"description", "groupDescription"},
                                  {"ip-permission.cidr", "ipPermissions/*/ipRanges/*/cidrIp"},
                                  {"ip-permission.from-port", "ipPermissions/*/fromPort"},
                                  {"ip-permission.to-port", "ipPermissions/*/toPort"},
                                  {"ip-permission.protocol", "ipPermissions/*/ipProtocol"}};
  const auto names = call.params.list("GroupName");
  for (const std::string& name : names) TRY_VOID(group_named(call, name));
  TRY(const Selection found, select(call, {.kind = "security-group",
                                           .id_parameter = "GroupId",
                                           .not_found = "InvalidGroup.NotFound",
                                           .set = "securityGroupInfo",
                                           .filters = &kPaths}));
  Json set = Json::array();
  for (const Json* group : found.resources) {
    const std::string name = text(*group, "groupName");
    if (names.empty() || std::find(names.begin(), names.end(), name) != names.end()) {
      set.push_back(as_xml(call.world.rendering_of(*group)));
    }
  }
  return with_next({{"securityGroupInfo", std::move(set)}}, found.next);
}

Result<Json> delete_group(Call& call) {
  const std::string id = call.params.get_or("GroupId", "");
  const std::string name = call.params.get_or("GroupName", "");
  TRY_VOID(call.finish());
  Json* group = nullptr;
  if (id.empty()) {
    TRY(group, group_named(call, name));
  } else {
    TRY(group, need(call, "security-group", "InvalidGroup.NotFound", id));
  }
  const std::string doomed = text(*group, "groupId");
  if (text(*group, "groupName") == "default") {
    return refuse("CannotDelete", "the specified group: \"" + doomed +
                                      "\" name: \"default\" cannot be deleted by a user");
  }
  for (const auto& [interface_id, interface] : call.table("network-interface")) {
    for (const std::string& used : values_at(interface, "groupSet/*/groupId")) {
      if (used != doomed) continue;
      return refuse("DependencyViolation", "resource " + doomed + " has a dependent object");
    }
  }
  call.erase("security-group", doomed);
  return Json{{"return", true}, {"groupId", doomed}};
}

Result<Json> create_group(Call& call) {
  TRY(const std::string name, call.params.need("GroupName"));
  TRY(const std::string description, call.params.need("GroupDescription"));
  std::string vpc = call.params.get_or("VpcId", "");
  TRY(Json tags, read_tags(call.params, "security-group"));
  TRY_VOID(call.finish());
  if (vpc.empty()) vpc = call.table("vpc").begin()->first;
  if (call.find("vpc", vpc) == nullptr) {
    return refuse("InvalidVpcID.NotFound", "The vpc ID '" + vpc + "' does not exist");
  }
  for (const auto& [id, group] : call.table("security-group")) {
    if (text(group, "groupName") == name && text(group, "vpcId") == vpc) {
      return refuse("InvalidGroup.Duplicate",
                    "The security group '" + name + "' already exists for VPC '" + vpc + "'");
    }
  }
  const std::string id = call.world.new_id("sg-");
  call.put("security-group", id) = {{"groupId", id},
                                    {"groupName", name},
                                    {"groupDescription", description},
                                    {"vpcId", vpc},
                                    {"ownerId", kAccount},
                                    {"securityGroupArn", group_arn(call.region, id)},
                                    {"ipPermissions", Json::array()},
                                    {"ipPermissionsEgress", Json::array({everywhere()})},
                                    {"tagSet", tags}};
  return Json{{"groupId", id},
              {"securityGroupArn", group_arn(call.region, id)},
              {"tagSet", std::move(tags)}};
}

// One kind of source of a rule: its names in a request and in a reply.
struct SourceKind {
  const char *wire, *member, *set, *key, *rule_key;
};
constexpr auto kSources = std::to_array<SourceKind>({
    {"IpRanges", "CidrIp", "ipRanges", "cidrIp", "cidrIpv4"},
    {"Ipv6Ranges", "CidrIpv6", "ipv6Ranges", "cidrIpv6", "cidrIpv6"},
    {"Groups", "GroupId", "groups", "groupId", "referencedGroupInfo"},
    {"PrefixListIds", "PrefixListId", "prefixListIds", "prefixListId", "prefixListId"},
});

// A permission with one source each, so that duplicates are found one by one.
struct Rule {
  std::string protocol;
  std::optional<long> from, to;
  const SourceKind* kind;
  Json source;

  bool same_as(const Json& entry) const {
    if (text(entry, "ipProtocol") != protocol) return false;
    if (from && entry.value("fromPort", -2L) != *from) return false;
    if (to && entry.value("toPort", -2L) != *to) return false;
    const Json& sources = entry.at(kind->set);
    return std::any_of(sources.begin(), sources.end(), [&](const Json& other) {
      return other.at(kind->key) == source.at(kind->key);
    });
  }
  Json entry() const {
    Json made{{"ipProtocol", protocol}};
    if (from) made["fromPort"] = *from;
    if (to) made["toPort"] = *to;
    for (const SourceKind& each : kSources) made[each.set] = Json::array();
    made[kind->set].push_back(source);
    return made;
  }
};

Result<void> read_sources(Params& permission, const SourceKind& kind, const Rule& base,
                          std::vector<Rule>& rules) {
  for (Params& range : permission.structures(kind.wire)) {
    TRY(const std::string value, range.need(kind.member));
    Rule rule = base;
    rule.kind = &kind;
    rule.source = {{kind.key, value}};
    if (const auto description = range.get("Description")) {
      rule.source["description"] = *description;
    }
    if (kind.wire == std::string_view("Groups")) {
      rule.source["userId"] = range.get_or("UserId", std::string(kAccount));
    }
    TRY_VOID(range.finish());
    rules.push_back(std::move(rule));
  }
  return {};
}

Result<std::vector<Rule>> read_permission(Params& permission) {
  Rule base{.protocol = {}, .from = {}, .to = {}, .kind = nullptr, .source = {}};
  TRY(base.protocol, permission.need("IpProtocol"));
  TRY(base.from, permission.number("FromPort"));
  TRY(base.to, permission.number("ToPort"));
  const bool needs_ports = base.protocol == "tcp" || base.protocol == "udp";
  if (needs_ports && (!base.from || !base.to || *base.from > *base.to || *base.to > 65535)) {
    return refuse("InvalidParameterValue", "Invalid port range for protocol " + base.protocol);
  }
  std::vector<Rule> rules;
  for (const SourceKind& kind : kSources) {
    TRY_VOID(read_sources(permission, kind, base, rules));
  }
  TRY_VOID(permission.finish());
  if (rules.empty()) return refuse("MissingParameter", "A permission needs a source");
  return rules;
}

// The older form: one rule spread over the call's own parameters.
Result<std::vector<Rule>> read_flat_rule(Params& params) {
  Params permission({});
  ParamMap same;
  for (const char* name : {"IpProtocol", "FromPort", "ToPort"}) {
    if (const auto value = params.get(name)) same[name] = *value;
  }
  if (const auto cidr = params.get("CidrIp")) same["IpRanges.1.CidrIp"] = *cidr;
  if (same.empty()) return std::vector<Rule>{};
  permission = Params(std::move(same));
  return read_permission(permission);
}

Json shown_rule(Call& call, const std::string& group_id, const Rule& rule, bool egress) {
  Json shown{{"securityGroupRuleId", call.world.new_id("sgr-")},
             {"groupId", group_id},
             {"groupOwnerId", kAccount},
             {"isEgress", egress},
             {"ipProtocol", rule.protocol},
             {"fromPort", rule.from.value_or(-1)},
             {"toPort", rule.to.value_or(-1)}};
  shown[rule.kind->rule_key] =
      rule.kind->rule_key == std::string_view("referencedGroupInfo")
          ? Json{{"groupId", rule.source.at("groupId")}, {"userId", rule.source.at("userId")}}
          : rule.source.at(rule.kind->key);
  const std::string description = text(rule.source, "description");
  if (!description.empty()) shown["description"] = description;
  return shown;
}

Result<Json*> target_group(Call& call) {
  const std::string id = call.params.get_or("GroupId", "");
  const std::string name = call.params.get_or("GroupName", "");
  if (id.empty() && !name.empty()) return group_named(call, name);
  if (id.empty()) return refuse("MissingParameter", "The request must contain GroupId");
  return need(call, "security-group", "InvalidGroup.NotFound", id);
}

Result<Json> authorize(Call& call, const char* set) {
  TRY(Json * group, target_group(call));
  TRY(std::vector<Rule> rules, read_flat_rule(call.params));
  for (Params& permission : call.params.structures("IpPermissions")) {
    TRY(auto more, read_permission(permission));
    rules.insert(rules.end(), more.begin(), more.end());
  }
  TRY_VOID(call.finish());
  if (rules.empty()) return refuse("MissingParameter", "The request must contain IpPermissions");
  for (const Rule& rule : rules) {
    for (const Json& old : group->at(set)) {
      if (!rule.same_as(old)) continue;
      return refuse("InvalidPermission.Duplicate",
                    "the specified rule \"peer: " + rule.source.at(rule.kind->key).dump() + ", " +
                        rule.protocol + "\" already exists");
    }
  }
  Json shown = Json::array();
  const bool egress = set == std::string_view("ipPermissionsEgress");
  for (const Rule& rule : rules) {
    (*group)[set].push_back(rule.entry());
    shown.push_back(shown_rule(call, text(*group, "groupId"), rule, egress));
  }
  return Json{{"return", true}, {"securityGroupRuleSet", std::move(shown)}};
}

Result<Json> authorize_ingress(Call& call) { return authorize(call, "ipPermissions"); }
Result<Json> authorize_egress(Call& call) { return authorize(call, "ipPermissionsEgress"); }

}  // namespace

void add_network_actions(Actions& actions) {
  actions.insert({{"DescribeVpcs", describe_vpcs},
                  {"DescribeSubnets", describe_subnets},
                  {"DescribeSecurityGroups", describe_groups},
                  {"CreateSecurityGroup", create_group},
                  {"DeleteSecurityGroup", delete_group},
                  {"AuthorizeSecurityGroupIngress", authorize_ingress},
                  {"AuthorizeSecurityGroupEgress", authorize_egress}});
}

}  // namespace ec2spotter::sim
