// The requests about what EC2 offers: instance types, zones, prices and placement scores.
#include "aws/wire/ec2/request_parts.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kTypesPageSize = "100";  // the largest for instance types

}  // namespace

ApiCall describe_instance_types_call(Architecture architecture, const Page& page) {
  ApiCall call = reading("DescribeInstanceTypes");
  add_filters(call.params,
              {{"current-generation", {"true"}},
               {"bare-metal", {"false"}},
               {"processor-info.supported-architecture", {std::string(to_string(architecture))}}});
  add_page(call.params, page, kTypesPageSize);
  return call;
}

ApiCall describe_type_offerings_call(const std::string& zone, const Page& page) {
  ApiCall call = reading("DescribeInstanceTypeOfferings");
  call.params.add("LocationType", "availability-zone");
  add_filters(call.params, {{"location", {zone}}});
  add_page(call.params, page);
  return call;
}

ApiCall describe_zones_call() { return reading("DescribeAvailabilityZones"); }

ApiCall spot_price_history_call(const std::vector<std::string>& types, const std::string& zone,
                                TimePoint since, const Page& page) {
  ApiCall call = reading("DescribeSpotPriceHistory");
  for (std::size_t i = 0; i < types.size(); ++i) {
    call.params.add(list_name("InstanceType", i), types[i]);
  }
  call.params.add("ProductDescription.1", "Linux/UNIX");
  call.params.add("StartTime", format_iso8601(since));
  if (!zone.empty()) add_filters(call.params, {{"availability-zone", {zone}}});
  add_page(call.params, page);
  return call;
}

ApiCall spot_placement_scores_call(const std::string& instance_type, const std::string& region,
                                   const Page& page) {
  ApiCall call = reading("GetSpotPlacementScores");
  call.params.add("InstanceType.1", instance_type);
  call.params.add("TargetCapacity", "1");
  call.params.add_bool("SingleAvailabilityZone", true);
  call.params.add("RegionName.1", region);
  add_page(call.params, page);
  return call;
}

}  // namespace ec2spotter::aws
