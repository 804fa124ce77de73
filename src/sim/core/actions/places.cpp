// Regions, zones, and which instance types they offer.
#include "sim/core/state/places.hpp"

#include "sim/core/call/call.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

bool has_zone(const std::string& region, const std::string& name) {
  for (const Zone& zone : zones_of(region)) {
    if (zone.name == name) return true;
  }
  return false;
}

Result<Json> describe_regions(Call& call) {
  static const FilterPaths kPaths{{"region-name", "regionName"},
                                  {"endpoint", "regionEndpoint"},
                                  {"opt-in-status", "optInStatus"}};
  const auto names = call.params.list("RegionName");
  // No region here needs an opt-in, so all of them are shown.
  TRY_VOID(call.params.flag("AllRegions", false));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY_VOID(call.finish());
  for (const std::string& name : names) {
    if (!is_region(name)) return refuse("InvalidParameterValue", "Invalid region: [" + name + "]");
  }
  Json set = Json::array();
  for (const std::string& region : region_names()) {
    const Json entry{{"regionName", region},
                     {"regionEndpoint", "ec2." + region + ".amazonaws.com"},
                     {"optInStatus", "opt-in-not-required"}};
    bool named = names.empty();
    for (const std::string& name : names) named = named || name == region;
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
  TRY(const bool all, call.params.flag("AllAvailabilityZones", false));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY_VOID(call.finish());
  for (const std::string& name : names) {
    if (!has_zone(call.region, name)) {
      return refuse("InvalidParameterValue", "Invalid availability zone: [" + name + "]");
    }
  }
  Json set = Json::array();
  for (const Zone& zone : zones_of(call.region)) {
    const ZoneState state = zone_state(call.world, zone.name);
    if (!all && state.opt_in == "not-opted-in") continue;
    const Json entry{{"zoneName", zone.name},
                     {"zoneId", zone.id},
                     {"zoneState", state.state},
                     {"zoneType", "availability-zone"},
                     {"regionName", call.region},
                     {"groupName", call.region},
                     {"networkBorderGroup", call.region},
                     {"optInStatus", state.opt_in},
                     {"messageSet", Json::array()}};
    bool named = names.empty() && ids.empty();
    for (const std::string& name : names) named = named || name == zone.name;
    for (const std::string& id : ids) named = named || id == zone.id;
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
  std::vector<std::string> places;
  for (const Zone& zone : zones_of(call.region)) {
    places.push_back(by == "availability-zone-id" ? zone.id : zone.name);
  }
  if (by == "region") places = {call.region};
  Json set = Json::array();
  for (const auto& [name, type] : instance_types()) {
    for (const std::string& place : places) {
      const Json entry{{"instanceType", name}, {"locationType", by}, {"location", place}};
      if (filters.match(entry)) set.push_back(entry);
    }
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"instanceTypeOfferingSet", std::move(set)}}, next);
}

}  // namespace

void add_place_actions(Actions& actions) {
  actions.insert({{"DescribeRegions", describe_regions},
                  {"DescribeAvailabilityZones", describe_zones},
                  {"DescribeInstanceTypeOfferings", describe_offerings}});
}

}  // namespace ec2spotter::sim
