// What all calls of the local EC2 share: paging, dry runs, faults, stale answers, request rates.
#include <set>

#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

TEST(SimWorldTest, PagesAreWholeAndStableWhileThingsComeAndGo) {
  Sim sim;
  std::set<std::string> all;
  for (int i = 0; i < 17; ++i) all.insert(sim.make_volume());
  std::set<std::string> seen;
  std::string token;
  do {
    const Reply page = sim.call("DescribeVolumes", {{"MaxResults", "5"}, {"NextToken", token}});
    for (const std::string& id : page.all("//volumeSet/item/volumeId"))
      EXPECT_TRUE(seen.insert(id).second);
    token = page.at("//nextToken");
    if (!token.empty()) {
      sim.call("DeleteVolume", {{"VolumeId", *seen.begin()}});
      sim.make_volume();
    }
  } while (!token.empty());
  for (const std::string& id : all) EXPECT_TRUE(seen.contains(id)) << id << " was skipped";
}

TEST(SimWorldTest, IdsExcludePagingAndUnknownFiltersAreRefused) {
  Sim sim;
  const std::string volume = sim.make_volume();
  const auto describe = [&](const ParamMap& params) {
    return sim.call("DescribeVolumes", params).error();
  };
  EXPECT_EQ(describe({{"VolumeId.1", volume}, {"MaxResults", "5"}}), "InvalidParameterCombination");
  EXPECT_EQ(describe({{"MaxResults", "4"}}), "InvalidParameterValue");
  EXPECT_EQ(describe({{"MaxResults", "1001"}}), "InvalidParameterValue");
  EXPECT_EQ(describe({{"NextToken", "shoe"}}), "InvalidNextToken");
  EXPECT_EQ(describe({{"Filter.1.Name", "shoe"}, {"Filter.1.Value.1", "9"}}),
            "InvalidParameterValue");
  EXPECT_EQ(describe({{"Shoe", "9"}}), "UnknownParameter");
  EXPECT_EQ(sim.call("DescribeShoes").error(), "InvalidAction");
  EXPECT_EQ(
      sim.call("DescribeVolumes", {{"Filter.1.Name", "status"}, {"Filter.1.Value.1", "avail*"}})
          .all("//volumeId")
          .size(),
      1U);
}

TEST(SimWorldTest, ADryRunChangesNothing) {
  Sim sim;
  const std::string id = sim.run();
  const Json before = sim.core().save();
  const Reply reply = sim.call("TerminateInstances", {{"InstanceId.1", id}, {"DryRun", "true"}});
  EXPECT_EQ(reply.error(), "DryRunOperation");
  EXPECT_EQ(reply.status(), 412);
  EXPECT_EQ(sim.core().save(), before);
}

TEST(SimWorldTest, FaultsStrikeBeforeOrAfterTheEffect) {
  Sim sim;
  const ParamMap create{{"AvailabilityZone", kZone}, {"Size", "1"}};
  const auto volumes = [&] { return sim.call("DescribeVolumes").all("//volumeSet/item").size(); };
  const auto hit = [&](const char* kind, int status) {
    sim.control("fault", {{"kind", kind}, {"action", "CreateVolume"}, {"status", status}});
    return sim.call("CreateVolume", create);
  };
  EXPECT_EQ(hit("throttle", 503).error(), "RequestLimitExceeded");
  EXPECT_EQ(hit("error_before", 500).error(), "InternalError");
  EXPECT_EQ(volumes(), 0U);
  EXPECT_EQ(hit("error_after", 503).error(), "Unavailable");
  EXPECT_EQ(volumes(), 1U);
  EXPECT_EQ(sim.call("CreateVolume", create).error(), "") << "a fault is used up";

  const Json calls = sim.control("calls");
  std::vector<std::string> faults;
  for (const Json& call : calls) {
    if (call.contains("fault")) faults.push_back(call.at("fault"));
  }
  EXPECT_EQ(faults, (std::vector<std::string>{"throttle", "error_before", "error_after"}));
}

TEST(SimWorldTest, ALostReplyIsOneWhoseEffectHappened) {
  Sim sim;
  sim.control("fault", {{"kind", "lost_reply"}, {"action", "CreateVolume"}});
  EXPECT_TRUE(sim.send("CreateVolume", {{"AvailabilityZone", kZone}, {"Size", "1"}}).lost);
  EXPECT_EQ(sim.call("DescribeVolumes").all("//volumeSet/item").size(), 1U);
}

TEST(SimWorldTest, ASlowStateTakesLonger) {
  Sim sim;
  sim.control("fault", {{"kind", "slow_state"}, {"action", "AttachVolume"}, {"seconds", 60}});
  sim.control("fault", {{"kind", "slow_state"}, {"action", "TerminateInstances"}, {"seconds", 60}});
  const std::string instance = sim.run();
  const std::string volume = sim.make_volume();
  sim.attach({.volume = volume, .instance = instance});
  sim.advance(59s);
  EXPECT_EQ(sim.attachment_status(volume), "attaching");
  sim.advance(2s);
  EXPECT_EQ(sim.attachment_status(volume), "attached");
  sim.call("TerminateInstances", {{"InstanceId.1", instance}});
  sim.advance(59s);
  EXPECT_EQ(sim.instance_state(instance), "shutting-down");
  EXPECT_EQ(sim.attachment_status(volume), "attached");
  sim.advance(2s);
  EXPECT_EQ(sim.instance_state(instance), "terminated");
}

TEST(SimWorldTest, AStaleDescribeShowsThePastForAWhile) {
  Sim sim;
  const std::string old = sim.make_volume();
  sim.control("fault", {{"kind", "stale_describe"}, {"seconds", 30}});
  const std::string fresh = sim.make_volume();
  sim.call("DeleteVolume", {{"VolumeId", old}});
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", fresh}}).error(), "InvalidVolume.NotFound");
  EXPECT_EQ(sim.volume_status(old), "available");
  EXPECT_EQ(sim.call("DeleteVolume", {{"VolumeId", old}}).error(), "InvalidVolume.NotFound")
      << "changes see the present";
  sim.advance(31s);
  EXPECT_EQ(sim.volume_status(fresh), "available");
}

TEST(SimWorldTest, ReadsLagALittleInTheRealisticProfile) {
  Sim sim(Profile::realistic);
  const std::string volume = sim.make_volume();
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", volume}}).error(),
            "InvalidVolume.NotFound");
  sim.advance(1s);
  EXPECT_EQ(sim.volume_status(volume), "creating");
}

TEST(SimWorldTest, BucketsHaveEc2sSizesAndRefill) {
  Sim sim(Profile::realistic);
  const ParamMap params = run_params();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sim.call("RunInstances", params).error(), "");
  const Reply refused = sim.call("RunInstances", params);
  EXPECT_EQ(refused.error(), "RequestLimitExceeded");
  EXPECT_EQ(refused.status(), 503);
  sim.advance(500ms);
  EXPECT_EQ(sim.call("RunInstances", params).error(), "") << "two a second come back";
  for (int i = 0; i < 50; ++i) EXPECT_EQ(sim.call("DescribeVolumes").error(), "");
  EXPECT_EQ(sim.call("DescribeVolumes").error(), "RequestLimitExceeded");
  EXPECT_EQ(sim.call("DescribeVolumes", {{"MaxResults", "5"}}).error(), "")
      << "a paged one has its own";
  sim.control("limits", {{"enabled", false}});
  EXPECT_EQ(sim.call("DescribeVolumes").error(), "");
}

// A day of a small fleet, by the numbers of one seed.
Json some_day(std::uint64_t seed) {
  Sim sim(Profile::realistic, seed);
  sim.control("limits", {{"enabled", false}});
  std::vector<std::string> instances;
  for (int i = 0; i < 12; ++i) {
    instances.push_back(sim.run_spot());
    sim.advance(10min);
    const std::string volume = sim.make_volume();
    sim.advance(1min);
    sim.attach({.volume = volume, .instance = instances.back()});
    if (i % 3 == 2)
      sim.control("notice", {{"instance_id", instances[static_cast<std::size_t>(i) - 1]}});
    if (i % 4 == 3) sim.call("TerminateInstances", {{"InstanceId.1", instances.back()}});
  }
  sim.advance(2h);
  return sim.core().save();
}

TEST(SimWorldTest, TheSameInputsGiveTheSameWorld) {
  EXPECT_EQ(some_day(7), some_day(7));
  EXPECT_NE(some_day(7), some_day(8));
}

TEST(SimWorldTest, SaveAndLoadAreARoundTrip) {
  Sim sim;
  sim.run_spot({{"ClientToken", "t"}});
  sim.make_volume();
  const Json saved = Json::parse(sim.core().save().dump());
  Sim other;
  ASSERT_TRUE(other.core().load(saved));
  other.advance(0ms);
  EXPECT_EQ(other.core().save().at("tables"), sim.core().save().at("tables"));
  EXPECT_EQ(other.call("DescribeInstances").at("//instanceState/name"), "running");
  EXPECT_FALSE(other.core().load(Json{{"version", 9}}));
  EXPECT_FALSE(other.core().load(Json{{"version", 1}, {"tables", "shoes"}}));
  EXPECT_FALSE(other.core().load(Json::array()));
}

TEST(SimWorldTest, EachBreachOfSafetyIsSeen) {
  Sim sim;
  const std::string one = sim.run();
  const std::string two = sim.run();
  const std::string volume = sim.make_volume();
  sim.attach({.volume = volume, .instance = one});
  const Json right = sim.core().save();
  const auto seen = [&](const Json& changed) {
    EXPECT_TRUE(sim.core().load(changed));
    const auto found = sim.core().violations();
    EXPECT_TRUE(sim.core().load(right));
    return found.empty() ? std::string() : found[0];
  };
  const auto at = [](const char* kind, const std::string& id) {
    return Json::json_pointer("/tables/us-east-1/" + std::string(kind) + "/" + id);
  };

  Json twice = right;
  twice[at("instance", two)]["blockDeviceMapping"].push_back(
      {{"deviceName", "/dev/sdf"}, {"ebs", {{"volumeId", volume}}}});
  EXPECT_NE(seen(twice).find("S1: " + volume), std::string::npos);

  Json two_attachments = right;
  Json& set = two_attachments[at("volume", volume)]["attachmentSet"];
  set.push_back(set[0]);
  EXPECT_NE(seen(two_attachments).find("two attachments"), std::string::npos);

  Json disagreeing = right;
  disagreeing[at("volume", volume)]["attachmentSet"] = Json::array();
  EXPECT_NE(seen(disagreeing).find("S1"), std::string::npos);
  EXPECT_EQ(seen(right), "");
}

TEST(SimWorldTest, ControlCallsSayWhatIsWrong) {
  Sim sim;
  const std::string on_demand = sim.run();
  for (const auto& [path, body] : std::vector<std::pair<std::string, Json>>{
           {"shoes", Json::object()},
           {"capacity", {{"instance_type", "t3.small"}}},
           {"capacity", {{"instance_type", "shoe"}, {"zone", kZone}, {"available", 1}}},
           {"capacity", {{"instance_type", "t3.small"}, {"zone", "mars"}, {"available", 1}}},
           {"price", {{"instance_type", "t3.small"}, {"zone", kZone}, {"price", "cheap"}}},
           {"notice", {{"instance_id", "i-none"}}},
           {"notice", {{"instance_id", on_demand}}},
           {"fault", {{"kind", "shoe"}}},
           {"fault", {{"kind", "throttle"}, {"action", "BuyShoes"}}},
           {"clock", {{"advance_seconds", -1}}},
           {"quota", {{"name", "shoes"}, {"value", 1}}},
           {"reclaim", Json::array()},
           {"limits", {{"enabled", "yes"}}}}) {
    const auto done = sim.core().control(path, body);
    EXPECT_FALSE(done) << path << body.dump();
    EXPECT_GT(done ? 0U : done.error().message.size(), 10U);
  }
}

const std::vector<std::string> kNames{
    "InstanceId",
    "InstanceId.1",
    "VolumeId",
    "VolumeId.1",
    "Device",
    "Size",
    "MaxResults",
    "NextToken",
    "Filter.1.Name",
    "Filter.1.Value.1",
    "TagSpecification.1.ResourceType",
    "TagSpecification.1.Tag.1.Key",
    "ImageId",
    "InstanceType",
    "MinCount",
    "MaxCount",
    "UserData",
    "BlockDeviceMapping.1.DeviceName",
    "BlockDeviceMapping.1.Ebs.VolumeSize",
    "ClientToken",
    "NetworkInterface.1.DeviceIndex",
    "LaunchTemplate.LaunchTemplateName",
    "AvailabilityZone",
    "LaunchTemplateName",
    "LaunchTemplateData.ImageId",
    "LaunchTemplateData..",
    "SpotPrice",
    "LaunchTemplateConfigs.1.LaunchTemplateSpecification.LaunchTemplateName",
    "ResourceId.1",
    "TargetCapacitySpecification.TotalTargetCapacity",
    "AllocationId",
    "SubnetId",
    "GroupName",
    "IpPermissions.1.IpProtocol",
    "IpPermissions.1.FromPort",
    "KeyName",
    "PublicKeyMaterial",
    "Attribute",
    "Name",
    "SnapshotId",
    "SourceRegion",
    "SourceSnapshotId",
    "StartTime",
    "ValidUntil",
    "TargetCapacity",
    "FleetId",
    "FleetId.1",
    "LaunchTemplateVersion.1",
    "Placement.AvailabilityZone",
    "DryRun",
    "InstanceMarketOptions.MarketType",
    "RootDeviceName",
    "NetworkInterfaceId",
    ".",
    "",
    "Tag.1.Key",
    "Tag.0.Key",
    "Filter.99999999999999999999.Name",
    "DeviceIndex"};
const std::vector<std::string> kValues{"",
                                       "0",
                                       "1",
                                       "-1",
                                       "5",
                                       "99999999999999999999999",
                                       "true",
                                       "shoe",
                                       kImage,
                                       "t3.small",
                                       kZone,
                                       "/dev/sdf",
                                       "2016-01-01T00:00:00Z",
                                       "\xff\xfe",
                                       std::string("a\0b", 3),
                                       std::string(5000, 'x'),
                                       "$Latest",
                                       "after-",
                                       "after-zzz",
                                       "NaN",
                                       "1e400",
                                       "<&>\"'",
                                       "web",
                                       "*",
                                       "?????",
                                       "tag:",
                                       "0.05",
                                       "AAAA",
                                       "us-east-1",
                                       "snap-0aaaaaaaaaaaaaaa1",
                                       "instance"};

// Random parameters under the names that handlers know, and names nobody knows.
TEST(SimWorldTest, HostileParametersAreAnsweredNeverFatal) {
  Sim sim;
  sim.run_spot();
  sim.make_volume();
  std::uint64_t state = 20260301;
  const auto draw = [&](std::size_t bound) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state >> 33U) % bound;
  };
  const auto actions = sim.core().action_names();
  for (int i = 0; i < 6000; ++i) {
    ParamMap params;
    for (std::size_t n = draw(7); n > 0; --n)
      params[kNames[draw(kNames.size())]] = kValues[draw(kValues.size())];
    const Reply reply = sim.call(actions[draw(actions.size())], params);
    ASSERT_TRUE(reply.status() == 200 || !reply.error().empty());
    ASSERT_NE(reply.error(), "InternalError");
  }
  EXPECT_FALSE(sim.core().save().dump().empty());
}

}  // namespace
}  // namespace ec2spotter::sim
