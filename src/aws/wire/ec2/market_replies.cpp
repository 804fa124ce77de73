// The replies about what EC2 offers: instance types, zones, prices and placement scores.
#include <charconv>
#include <cmath>

#include "aws/wire/ec2/replies.hpp"
#include "aws/wire/ec2/reply_parts.hpp"

namespace ec2spotter::aws {
namespace {

void read_markets(XmlElement list, std::vector<Market>& markets) {
  for (XmlElement item = list.first("item"); item.exists(); item = item.next("item")) {
    for (const Market market : {Market::spot, Market::on_demand}) {
      if (item.text() == to_string(market)) markets.push_back(market);
    }
  }
}

Result<InstanceType> read_instance_type(XmlElement item) {
  InstanceType type;
  TRY(type.name, item.required("instanceType"));
  TRY(type.vcpus, item.child("vCpuInfo").integer("defaultVCpus"));
  TRY(type.memory_mib, item.child("memoryInfo").integer("sizeInMiB"));
  if (type.vcpus <= 0 || type.memory_mib <= 0) {
    return fail(Errc::malformed_reply, "the reply's " + type.name + " has no vCPUs or no memory");
  }
  read_markets(item.child("supportedUsageClasses"), type.markets);
  return type;
}

Result<std::string> read_offering(XmlElement item) { return item.required("instanceType"); }

Result<Zone> read_zone(XmlElement item) {
  Zone zone;
  TRY(zone.name, item.required("zoneName"));
  TRY(zone.id, item.required("zoneId"));
  return zone;
}

// "0.006200"; from_chars would also take "inf" and "nan", which are no prices.
Result<double> read_price(const std::string& text) {
  double price = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, price);
  if (error != std::errc{} || end != last || !std::isfinite(price) || price <= 0) {
    return fail(Errc::malformed_reply, "the reply's <spotPrice> is not a price");
  }
  return price;
}

Result<PriceChange> read_price_change(XmlElement item) {
  PriceChange change;
  TRY(change.price.instance_type, item.required("instanceType"));
  TRY(change.price.zone, item.required("availabilityZone"));
  TRY(const std::string price, item.required("spotPrice"));
  TRY(change.price.price, read_price(price));
  TRY(const auto at, item.time("timestamp"));
  change.at = at.value_or(TimePoint{});
  return change;
}

Result<PlacementScore> read_placement_score(XmlElement item) {
  PlacementScore score;
  TRY(score.zone_id, item.required("availabilityZoneId"));
  TRY(score.score, item.integer("score"));
  if (score.score < 1 || score.score > 10) {
    return fail(Errc::malformed_reply, "the reply's <score> is not one from 1 to 10");
  }
  return score;
}

}  // namespace

Result<PageOf<InstanceType>> parse_describe_instance_types(std::string_view body) {
  return read_page<InstanceType>(body, "DescribeInstanceTypesResponse", "instanceTypeSet",
                                 read_instance_type);
}

Result<PageOf<std::string>> parse_describe_type_offerings(std::string_view body) {
  return read_page<std::string>(body, "DescribeInstanceTypeOfferingsResponse",
                                "instanceTypeOfferingSet", read_offering);
}

Result<PageOf<Zone>> parse_describe_zones(std::string_view body) {
  return read_page<Zone>(body, "DescribeAvailabilityZonesResponse", "availabilityZoneInfo",
                         read_zone);
}

Result<PageOf<PriceChange>> parse_spot_price_history(std::string_view body) {
  return read_page<PriceChange>(body, "DescribeSpotPriceHistoryResponse", "spotPriceHistorySet",
                                read_price_change);
}

Result<PageOf<PlacementScore>> parse_spot_placement_scores(std::string_view body) {
  return read_page<PlacementScore>(body, "GetSpotPlacementScoresResponse", "spotPlacementScoreSet",
                                   read_placement_score);
}

}  // namespace ec2spotter::aws
