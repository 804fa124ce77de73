// Regions, zones, and what a new region holds.
#include "sim/core/call/places.hpp"

#include <array>

#include "sim/core/call/call.hpp"
#include "sim/core/state/types.hpp"
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

bool has_zone(const RegionRow& row, const std::string& name) {
  for (int i = 0; i < row.zones; ++i) {
    if (zone_name(row, i) == name) return true;
  }
  return false;
}

Result<Json> describe_regions(Call& call) {
  static const FilterPaths kPaths{{"region-name", "regionName"},
                                  {"endpoint", "regionEndpoint"},
                                  {"opt-in-status", "optInStatus"}};
  const auto names = call.params.list("RegionName");
  // No region here needs opting in, so that all of them are shown anyway.
  TRY_VOID(call.params.flag("AllRegions", false));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY_VOID(call.finish());
  for (const std::string& name : names) {
    if (!is_region(name)) return refuse("InvalidParameterValue", "Invalid region: [" + name + "]");
  }
  Json set = Json::array();
  for (const RegionRow& row : kRegions) {
    const Json entry{{"regionName", row.name},
                     {"regionEndpoint", std::string("ec2.") + row.name + ".amazonaws.com"},
                     {"optInStatus", "opt-in-not-required"}};
    bool named = names.empty();
    for (const std::string& name : names) named = named || name == row.name;
    if (named && filters.match(entry)) set.push_back(entry);
  }
  return Json{{"regionInfo", std::move(set)}};
}

Result<Json> describe_zones(Call& call) {
  static const FilterPaths kPaths{{"zone-name", "zoneName"},     {"zone-id", "zoneId"},
                                  {"state", "zoneState"},        {"zone-type", "zoneType"},
                                  {"region-name", "regionName"}, {"opt-in-status", "optInStatus"}};
  const auto names = call.params.list("ZoneName");
  const auto ids = call.params.list("ZoneId");
  TRY_VOID(call.params.flag("AllAvailabilityZones", false));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY_VOID(call.finish());
  const RegionRow& row = row_of(call.region);
  for (const std::string& name : names) {
    if (!has_zone(row, name)) {
      return refuse("InvalidParameterValue", "Invalid availability zone: [" + name + "]");
    }
  }
  Json set = Json::array();
  for (int i = 0; i < row.zones; ++i) {
    const Json entry{{"zoneName", zone_name(row, i)},  {"zoneId", zone_id(row, i)},
                     {"zoneState", "available"},       {"zoneType", "availability-zone"},
                     {"regionName", row.name},         {"groupName", row.name},
                     {"networkBorderGroup", row.name}, {"optInStatus", "opt-in-not-required"},
                     {"messageSet", Json::array()}};
    bool named = names.empty() && ids.empty();
    for (const std::string& name : names) named = named || name == zone_name(row, i);
    for (const std::string& id : ids) named = named || id == zone_id(row, i);
    if (named && filters.match(entry)) set.push_back(entry);
  }
  return Json{{"availabilityZoneInfo", std::move(set)}};
}

Result<Json> describe_offerings(Call& call) {
  static const FilterPaths kPaths{{"instance-type", "instanceType"}, {"location", "location"}};
  TRY(const std::string by,
      one_of(call.params, "LocationType", "region", {"availability-zone", "availability-zone-id"}));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, false, {}));
  TRY_VOID(call.finish());
  const RegionRow& row = row_of(call.region);
  Json set = Json::array();
  for (const auto& [name, type] : instance_types()) {
    for (int i = 0; i < (by == "region" ? 1 : row.zones); ++i) {
      const std::string place = by == "region"                 ? call.region
                                : by == "availability-zone-id" ? zone_id(row, i)
                                                               : zone_name(row, i);
      const Json entry{{"instanceType", name}, {"locationType", by}, {"location", place}};
      if (filters.match(entry)) set.push_back(entry);
    }
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"instanceTypeOfferingSet", std::move(set)}}, next);
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
  for (int i = 0; i < row.zones; ++i) {
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
}

}  // namespace

std::string group_arn(const std::string& region, const std::string& group_id) {
  return arn(region, "security-group", group_id);
}

Json everywhere() {
  Json permission = empty_permission();
  permission["ipRanges"].push_back({{"cidrIp", "0.0.0.0/0"}});
  return permission;
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

void add_place_actions(Actions& actions) {
  actions.insert({{"DescribeRegions", describe_regions},
                  {"DescribeAvailabilityZones", describe_zones},
                  {"DescribeInstanceTypeOfferings", describe_offerings}});
}

}  // namespace ec2spotter::sim
