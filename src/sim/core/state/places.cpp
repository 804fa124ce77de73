// Regions, zones, and what a new region holds.
#include "sim/core/state/places.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

struct RegionRow {
  const char* name;
  const char* zone_prefix;  // of zone ids: use1-az1
  int zones;
};

constexpr auto kRegions = std::to_array<RegionRow>(
    {{"us-east-1", "use1", 4}, {"us-west-2", "usw2", 3}, {"eu-west-1", "euw1", 3}});

std::string zone_name(const RegionRow& row, int index) {
  return std::string(row.name) + static_cast<char>('a' + index);
}

std::string zone_id(const RegionRow& row, int index) {
  return std::string(row.zone_prefix) + "-az" + std::to_string(index + 1);
}

const RegionRow& row_of(const std::string& region) {
  for (const RegionRow& row : kRegions) {
    if (row.name == region) return row;
  }
  return kRegions[0];
}

std::string arn(const std::string& region, const char* kind, const std::string& id) {
  return "arn:aws:ec2:" + region + ":" + std::string(kAccount) + ":" + kind + "/" + id;
}

Json empty_permission() {
  return {{"ipProtocol", "-1"},
          {"ipRanges", Json::array()},
          {"ipv6Ranges", Json::array()},
          {"groups", Json::array()},
          {"prefixListIds", Json::array()}};
}

// The rule of a default group: its members reach each other.
Json within_group(const std::string& group) {
  Json permission = empty_permission();
  permission["groups"].push_back({{"groupId", group}, {"userId", kAccount}});
  return permission;
}

void add_default_subnet(World& world, const RegionRow& row, const std::string& vpc, int i) {
  const std::string subnet = world.new_id("subnet-");
  const std::string third = std::to_string(16 * i);
  world.put(row.name, "subnet", subnet) = {{"subnetId", subnet},
                                           {"vpcId", vpc},
                                           {"state", "available"},
                                           {"availabilityZone", zone_name(row, i)},
                                           {"availabilityZoneId", zone_id(row, i)},
                                           {"cidrBlock", "172.31." + third + ".0/20"},
                                           {"defaultForAz", true},
                                           {"mapPublicIpOnLaunch", true},
                                           {"subnetArn", arn(row.name, "subnet", subnet)},
                                           {"enableDns64", false},
                                           {"ipv6Native", false},
                                           {"mapCustomerOwnedIpOnLaunch", false},
                                           {"privateDnsNameOptionsOnLaunch",
                                            {{"hostnameType", "ip-name"},
                                             {"enableResourceNameDnsARecord", false},
                                             {"enableResourceNameDnsAAAARecord", false}}},
                                           {"ipv6CidrBlockAssociationSet", Json::array()},
                                           {"assignIpv6AddressOnCreation", false},
                                           {"ownerId", kAccount},
                                           {"tagSet", Json::array()}};
}

void furnish(World& world, const RegionRow& row) {
  const std::string vpc = world.new_id("vpc-");
  world.put(row.name, "vpc", vpc) = {
      {"vpcId", vpc},
      {"state", "available"},
      {"cidrBlock", "172.31.0.0/16"},
      {"dhcpOptionsId", "dopt-" + vpc.substr(4)},
      {"cidrBlockAssociationSet",
       Json::array({{{"associationId", "vpc-cidr-assoc-" + vpc.substr(4)},
                     {"cidrBlock", "172.31.0.0/16"},
                     {"cidrBlockState", {{"state", "associated"}}}}})},
      {"instanceTenancy", "default"},
      {"isDefault", true},
      {"ownerId", kAccount},
      {"tagSet", Json::array()}};
  const std::string group = world.new_id("sg-");
  world.put(row.name, "security-group", group) = {
      {"groupId", group},
      {"groupName", "default"},
      {"groupDescription", "default VPC security group"},
      {"vpcId", vpc},
      {"ownerId", kAccount},
      {"securityGroupArn", group_arn(row.name, group)},
      {"ipPermissions", Json::array({within_group(group)})},
      {"ipPermissionsEgress", Json::array({everywhere()})},
      {"tagSet", Json::array()}};
  for (int i = 0; i < row.zones; ++i) add_default_subnet(world, row, vpc, i);
}

constexpr std::string_view kZoneStates[] = {"available", "information", "impaired", "unavailable",
                                            "constrained"};
constexpr std::string_view kOptIns[] = {"opt-in-not-required", "opted-in", "not-opted-in"};

template <class Words>
bool has(const Words& words, const std::string& word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::string region_of_zone(const std::string& zone) {
  for (const RegionRow& row : kRegions) {
    for (int i = 0; i < row.zones; ++i) {
      if (zone_name(row, i) == zone) return row.name;
    }
  }
  return {};
}

// The subnets of the zone go to `hidden`. Errors: invalid.
Result<void> hide_subnets(World& world, const std::string& region, const std::string& zone,
                          Json& hidden) {
  std::vector<std::string> ids;
  for (const auto& [id, subnet] : world.table(region, "subnet")) {
    if (text(subnet, "availabilityZone") != zone) continue;
    if (!subnet.value("_ips", Json::object()).empty()) {
      return fail(Errc::invalid, "network interfaces are in the zone " + zone);
    }
    ids.push_back(id);
  }
  for (const std::string& id : ids) {
    hidden[id] = *world.find(region, "subnet", id);
    world.erase(region, "subnet", id);
  }
  return {};
}

void show_subnets(World& world, const std::string& region, const Json& hidden) {
  for (const auto& [id, subnet] : hidden.items()) world.put(region, "subnet", id) = subnet;
}

}  // namespace

ZoneState zone_state(const World& world, const std::string& zone) {
  const Json known = world.settings().value("zone/" + zone, Json::object());
  ZoneState state;
  state.state = known.value("state", state.state);
  state.opt_in = known.value("opt_in", state.opt_in);
  return state;
}

Result<void> set_zone_state(World& world, const std::string& zone, const ZoneState& state) {
  const std::string region = region_of_zone(zone);
  if (region.empty()) return fail(Errc::invalid, "no zone " + zone);
  if (!has(kZoneStates, state.state)) {
    return fail(Errc::invalid,
                "'state' must be available, information, impaired, unavailable or constrained");
  }
  if (!has(kOptIns, state.opt_in)) {
    return fail(Errc::invalid, "'opt_in' must be opt-in-not-required, opted-in or not-opted-in");
  }
  Json known = world.settings().value("zone/" + zone, Json::object());
  Json hidden = known.value("subnets", Json::object());
  if (state.opt_in == "not-opted-in") {
    TRY_VOID(hide_subnets(world, region, zone, hidden));
  } else {
    show_subnets(world, region, hidden);
    hidden = Json::object();
  }
  world.settings()["zone/" + zone] = {
      {"state", state.state}, {"opt_in", state.opt_in}, {"subnets", std::move(hidden)}};
  return {};
}

std::string group_arn(const std::string& region, const std::string& group_id) {
  return arn(region, "security-group", group_id);
}

Json everywhere() {
  Json permission = empty_permission();
  permission["ipRanges"].push_back({{"cidrIp", "0.0.0.0/0"}});
  return permission;
}

std::vector<Zone> zones_of(const std::string& region) {
  const RegionRow& row = row_of(region);
  std::vector<Zone> zones;
  zones.reserve(static_cast<std::size_t>(row.zones));
  for (int i = 0; i < row.zones; ++i) zones.push_back({zone_name(row, i), zone_id(row, i)});
  return zones;
}

bool is_region(const std::string& name) {
  for (const RegionRow& row : kRegions) {
    if (name == row.name) return true;
  }
  return false;
}

void furnish_regions(World& world) {
  for (const RegionRow& row : kRegions) furnish(world, row);
}

std::vector<std::string> region_names() {
  std::vector<std::string> names;
  names.reserve(kRegions.size());
  for (const RegionRow& row : kRegions) names.emplace_back(row.name);
  return names;
}

std::string zone_of(World& world, const std::string& region, const std::string& zone,
                    const std::string& zone_id) {
  for (const auto& [id, subnet] : world.table(region, "subnet")) {
    std::string here = text(subnet, "availabilityZone");
    if (here == zone || (!zone_id.empty() && text(subnet, "availabilityZoneId") == zone_id)) {
      return here;
    }
  }
  return {};
}

}  // namespace ec2spotter::sim
