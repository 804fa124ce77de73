// The parameters of the calls that the client makes.
#include <gtest/gtest.h>

#include "aws/wire/ec2/requests.hpp"
#include "base/base64.hpp"

namespace ec2spotter::aws {
namespace {

RunInstancesSpec a_spec() {
  return {.image = ImageId("ami-1"),
          .pool = {.instance_type = "t3.small", .zone = "us-east-1a", .market = Market::spot},
          .subnet = std::nullopt,
          .security_groups = {GroupId("sg-1"), GroupId("sg-2")},
          .key_name = "me",
          .user_data = "#cloud-boothook\n",
          .max_price = "0.05",
          .client_token = "token",
          .instance_profile = {},
          .instance_tags = {{"k", "v"}}};
}

TEST(Ec2RequestsTest, ASpotLaunchIsOneTimeAndTagsAllThatItMakes) {
  const auto call = run_instances_call(a_spec());
  ASSERT_TRUE(call);
  const auto value = [&](const char* name) { return call->params.value(name); };
  EXPECT_EQ(value("MinCount"), "1");
  EXPECT_EQ(value("MaxCount"), "1");
  EXPECT_EQ(value("Placement.AvailabilityZone"), "us-east-1a");
  EXPECT_EQ(value("SecurityGroupId.2"), "sg-2");
  EXPECT_EQ(base64_decode(value("UserData")), "#cloud-boothook\n");
  EXPECT_EQ(value("InstanceMarketOptions.MarketType"), "spot");
  EXPECT_EQ(value("InstanceMarketOptions.SpotOptions.SpotInstanceType"), "one-time");
  EXPECT_EQ(value("InstanceMarketOptions.SpotOptions.MaxPrice"), "0.05");
  EXPECT_EQ(value("InstanceInitiatedShutdownBehavior"), "terminate");
  EXPECT_EQ(value("MetadataOptions.HttpTokens"), "required");
  EXPECT_EQ(value("TagSpecification.1.ResourceType"), "instance");
  EXPECT_EQ(value("TagSpecification.4.ResourceType"), "spot-instances-request");
  EXPECT_EQ(value("TagSpecification.4.Tag.1.Value"), "v");
}

TEST(Ec2RequestsTest, WhatMayBeStoppedHasAPersistentRequestAndStopsByItself) {
  RunInstancesSpec spec = a_spec();
  spec.stoppable = true;
  const auto call = run_instances_call(spec);
  ASSERT_TRUE(call);
  const auto value = [&](const char* name) { return call->params.value(name); };
  EXPECT_EQ(value("InstanceMarketOptions.SpotOptions.SpotInstanceType"), "persistent");
  EXPECT_EQ(value("InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior"), "stop");
  EXPECT_EQ(value("InstanceInitiatedShutdownBehavior"), "stop");
}

TEST(Ec2RequestsTest, ALaunchOfSeveralTakesAsManyAsThereIsRoomFor) {
  RunInstancesSpec spec = a_spec();
  spec.count = 10;
  const auto call = run_instances_call(spec);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->params.value("MinCount"), "1");
  EXPECT_EQ(call->params.value("MaxCount"), "10");
}

TEST(Ec2RequestsTest, AnOnDemandLaunchHasNoMarketOptions) {
  RunInstancesSpec spec = a_spec();
  spec.pool.market = Market::on_demand;
  spec.max_price.reset();
  const auto call = run_instances_call(spec);
  ASSERT_TRUE(call);
  for (const auto& [name, value] : call->params.pairs()) {
    EXPECT_FALSE(name.starts_with("InstanceMarketOptions")) << name;
    EXPECT_NE(value, "spot-instances-request");
  }
}

TEST(Ec2RequestsTest, ASubnetTakesThePlaceOfTheZone) {
  RunInstancesSpec spec = a_spec();
  spec.subnet = SubnetId("subnet-1");
  const auto call = run_instances_call(spec);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->params.value("SubnetId"), "subnet-1");
  EXPECT_EQ(call->params.value("Placement.AvailabilityZone"), "");
}

TEST(Ec2RequestsTest, WhatEc2WouldRefuseIsRefusedBeforeItIsSent) {
  const auto message = [](auto change) {
    RunInstancesSpec spec = a_spec();
    change(spec);
    const auto call = run_instances_call(spec);
    return call ? std::string("accepted") : call.error().message;
  };
  EXPECT_EQ(message([](RunInstancesSpec& s) { s.user_data = std::string(16384, 'x'); }),
            "accepted");
  EXPECT_EQ(message([](RunInstancesSpec& s) { s.user_data = std::string(16385, 'x'); }),
            "the user data has 16385 bytes, but EC2 takes at most 16384; shorten it");
  EXPECT_EQ(message([](RunInstancesSpec& s) { s.count = 0; }),
            "a launch needs at least one instance");
  EXPECT_EQ(message([](RunInstancesSpec& s) { s.client_token = std::string(65, 'x'); }),
            "the client token is longer than 64 characters");
  EXPECT_EQ(message([](RunInstancesSpec& s) { s.pool.market = Market::on_demand; }),
            "a maximum price needs a spot pool; leave it out for on-demand");
  for (const char* price : {"", ".", "cheap", "1.2.3", "-1"}) {
    EXPECT_NE(message([&](RunInstancesSpec& s) { s.max_price = price; }), "accepted") << price;
  }
}

TEST(Ec2RequestsTest, AFleetKeepsOneInstanceUpFromAnyOfItsPools) {
  FleetSpec spec{
      .launch_template = "web",
      .pools = {{"t3.small", "us-east-1a", Market::spot}, {"m5.large", "us-east-1a", Market::spot}},
      .subnet = std::nullopt,
      .max_price = "0.05",
      .replace_at_risk = true,
      .client_token = "token",
      .tags = {{"k", "v"}}};
  const auto call = create_fleet_call(spec);
  ASSERT_TRUE(call);
  const auto value = [&](const std::string& name) { return call->params.value(name); };
  EXPECT_EQ(value("Type"), "maintain");
  EXPECT_EQ(value("TargetCapacitySpecification.TotalTargetCapacity"), "1");
  EXPECT_EQ(value("TargetCapacitySpecification.DefaultTargetCapacityType"), "spot");
  EXPECT_EQ(value("SpotOptions.AllocationStrategy"), "price-capacity-optimized");
  const std::string rebalance = "SpotOptions.MaintenanceStrategies.CapacityRebalance.";
  EXPECT_EQ(value(rebalance + "ReplacementStrategy"), "launch-before-terminate");
  const std::string config = "LaunchTemplateConfigs.1.";
  EXPECT_EQ(value(config + "LaunchTemplateSpecification.LaunchTemplateName"), "web");
  EXPECT_EQ(value(config + "Overrides.2.InstanceType"), "m5.large");
  EXPECT_EQ(value(config + "Overrides.2.AvailabilityZone"), "us-east-1a");
  EXPECT_EQ(value(config + "Overrides.2.MaxPrice"), "0.05");
  EXPECT_EQ(value("TagSpecification.1.ResourceType"), "fleet");
  EXPECT_EQ(call->effect, Effect::by_token);

  spec.subnet = SubnetId("subnet-1");
  spec.pools = {{"t3.small", "us-east-1a", Market::on_demand}};
  EXPECT_FALSE(create_fleet_call(spec)) << "a price on on-demand";
  spec.max_price.reset();
  const auto on_demand = create_fleet_call(spec);
  ASSERT_TRUE(on_demand);
  EXPECT_EQ(on_demand->params.value("SpotOptions.AllocationStrategy"), "");
  EXPECT_EQ(on_demand->params.value(config + "Overrides.1.SubnetId"), "subnet-1");
  EXPECT_EQ(on_demand->params.value(config + "Overrides.1.AvailabilityZone"), "");
  EXPECT_FALSE(create_fleet_call({}));
}

TEST(Ec2RequestsTest, ATemplateSaysWhatEveryLaunchHasInCommonAndNoMarket) {
  const auto call = create_launch_template_call({.name = "web", .launch = a_spec(), .tags = {}});
  ASSERT_TRUE(call);
  const auto value = [&](const char* name) { return call->params.value(name); };
  EXPECT_EQ(value("LaunchTemplateData.ImageId"), "ami-1");
  EXPECT_EQ(base64_decode(value("LaunchTemplateData.UserData")), "#cloud-boothook\n");
  EXPECT_EQ(value("LaunchTemplateData.InstanceInitiatedShutdownBehavior"), "terminate");
  EXPECT_EQ(value("LaunchTemplateData.TagSpecification.1.ResourceType"), "instance");
  for (const auto& [name, text] : call->params.pairs()) {
    EXPECT_EQ(name.find("InstanceMarketOptions"), std::string::npos) << "a fleet takes none";
  }
}

TEST(Ec2RequestsTest, OnlyCallsThatCanBeRepeatedSaySo) {
  EXPECT_EQ(describe_volumes_call({}, {}, {}).effect, Effect::none);
  EXPECT_EQ(console_output_call(InstanceId("i-1"), Console::latest).effect, Effect::none);
  EXPECT_EQ(run_instances_call(a_spec())->effect, Effect::by_token);
  RunInstancesSpec without_token = a_spec();
  without_token.client_token.clear();
  EXPECT_EQ(run_instances_call(without_token)->effect, Effect::unknown);
  const VolumeId volume("vol-1");
  const InstanceId body("i-1");
  EXPECT_EQ(attach_volume_call(volume, body, "/dev/sdf").effect, Effect::unknown);
  EXPECT_EQ(detach_volume_call(volume, body).effect, Effect::unknown);
  EXPECT_EQ(terminate_instance_call(body).effect, Effect::unknown);
  EXPECT_EQ(replace_root_call({body, volume, "t", {}}).effect, Effect::unknown);
}

TEST(Ec2RequestsTest, AReplacedRootDiskIsDeletedAndItsTaskTagged) {
  const ApiCall call =
      replace_root_call({InstanceId("i-1"), VolumeId("vol-1"), "token", {{"a", "b"}}});
  EXPECT_EQ(call.action, "CreateReplaceRootVolumeTask");
  EXPECT_EQ(call.params.value("InstanceId"), "i-1");
  EXPECT_EQ(call.params.value("VolumeId"), "vol-1");
  EXPECT_EQ(call.params.value("ClientToken"), "token");
  EXPECT_EQ(call.params.value("DeleteReplacedRootVolume"), "true");
  EXPECT_EQ(call.params.value("TagSpecification.1.ResourceType"), "replace-root-volume-task");
  EXPECT_EQ(call.params.value("TagSpecification.1.Tag.1.Key"), "a");
}

TEST(Ec2RequestsTest, TasksComeFiftyToAPage) {
  const ApiCall call = describe_root_tasks_call({{"instance-id", {"i-1"}}}, {"next"});
  EXPECT_EQ(call.params.value("MaxResults"), "50");
  EXPECT_EQ(call.params.value("NextToken"), "next");
  EXPECT_EQ(call.params.value("Filter.1.Value.1"), "i-1");
}

TEST(Ec2RequestsTest, ADetachNamesItsInstanceAndIsNeverForced) {
  const ApiCall call = detach_volume_call(VolumeId("vol-1"), InstanceId("i-1"));
  EXPECT_EQ(call.params.value("InstanceId"), "i-1");
  EXPECT_EQ(call.params.value("Force"), "");
}

TEST(Ec2RequestsTest, DescribesPageWithoutIdsAndNeverWithThem) {
  const auto all = describe_instances_call({}, {{"tag:Name", {"a", "b"}}}, {"next"});
  EXPECT_EQ(all.params.value("MaxResults"), "1000");
  EXPECT_EQ(all.params.value("NextToken"), "next");
  EXPECT_EQ(all.params.value("Filter.1.Name"), "tag:Name");
  EXPECT_EQ(all.params.value("Filter.1.Value.2"), "b");
  const auto some = describe_instances_call({InstanceId("i-1")}, {}, {});
  EXPECT_EQ(some.params.value("InstanceId.1"), "i-1");
  EXPECT_EQ(some.params.value("MaxResults"), "");
}

TEST(Ec2RequestsTest, PricesAreAskedForAsOfATimeAndForLinux) {
  const TimePoint now = *parse_iso8601("2026-03-01T12:00:00Z");
  const auto one = spot_price_history_call({"t3.small", "m5.large"}, "us-east-1a", now, {"next"});
  EXPECT_EQ(one.action, "DescribeSpotPriceHistory");
  EXPECT_EQ(one.params.value("InstanceType.2"), "m5.large");
  EXPECT_EQ(one.params.value("ProductDescription.1"), "Linux/UNIX");
  EXPECT_EQ(one.params.value("StartTime"), "2026-03-01T12:00:00Z");
  EXPECT_EQ(one.params.value("Filter.1.Name"), "availability-zone");
  EXPECT_EQ(one.params.value("Filter.1.Value.1"), "us-east-1a");
  EXPECT_EQ(one.params.value("NextToken"), "next");
  EXPECT_EQ(spot_price_history_call({"t3.small"}, "", now, {}).params.value("Filter.1.Name"), "");
}

TEST(Ec2RequestsTest, AScoreIsAskedForOneInstanceInOneZone) {
  const auto call = spot_placement_scores_call("t3.small", "us-east-1", {});
  EXPECT_EQ(call.effect, Effect::none);
  EXPECT_EQ(encode_call(call),
            "Action=GetSpotPlacementScores&Version=2016-11-15&InstanceType.1=t3.small"
            "&TargetCapacity=1&SingleAvailabilityZone=true&RegionName.1=us-east-1&MaxResults=1000");
  EXPECT_EQ(encode_call(describe_zones_call()),
            "Action=DescribeAvailabilityZones&Version=2016-11-15");
}

TEST(Ec2RequestsTest, TypesAreAskedForInTheLargestPagesThatEc2Allows) {
  EXPECT_EQ(encode_call(describe_instance_types_call(Architecture::arm64, {"next"})),
            "Action=DescribeInstanceTypes&Version=2016-11-15"
            "&Filter.1.Name=current-generation&Filter.1.Value.1=true"
            "&Filter.2.Name=bare-metal&Filter.2.Value.1=false"
            "&Filter.3.Name=processor-info.supported-architecture&Filter.3.Value.1=arm64"
            "&MaxResults=100&NextToken=next");
  const auto offerings = describe_type_offerings_call("us-east-1a", {});
  EXPECT_EQ(offerings.effect, Effect::none);
  EXPECT_EQ(encode_call(offerings),
            "Action=DescribeInstanceTypeOfferings&Version=2016-11-15&LocationType=availability-zone"
            "&Filter.1.Name=location&Filter.1.Value.1=us-east-1a&MaxResults=1000");
}

TEST(Ec2RequestsTest, TheFormIsEncodedAsAwsSignsIt) {
  Params params;
  params.add("Name", "a b&c=d/\xC3\xA9~");
  const std::string body = encode_call({.action = "CreateTags", .params = params});
  EXPECT_EQ(body, "Action=CreateTags&Version=2016-11-15&Name=a%20b%26c%3Dd%2F%C3%A9~");
}

}  // namespace
}  // namespace ec2spotter::aws
