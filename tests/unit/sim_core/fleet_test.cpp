// Fleets of the local EC2.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

class SimFleetTest : public testing::Test {
 protected:
  void SetUp() override {
    const Reply made =
        sim_.call("CreateLaunchTemplate", {{"LaunchTemplateName", "web"},
                                           {"LaunchTemplateData.ImageId", kImage},
                                           {"LaunchTemplateData.InstanceType", "t3.small"}});
    ASSERT_EQ(made.error(), "");
  }

  // One unit of spot, t3.small first, then t3.medium.
  Reply create(const std::string& type, ParamMap more = {}) {
    const std::string config = "LaunchTemplateConfigs.1.";
    more.insert({{"Type", type},
                 {config + "LaunchTemplateSpecification.LaunchTemplateName", "web"},
                 {config + "LaunchTemplateSpecification.Version", "$Latest"},
                 {config + "Overrides.1.InstanceType", "t3.small"},
                 {config + "Overrides.1.AvailabilityZone", kZone},
                 {config + "Overrides.2.InstanceType", "t3.medium"},
                 {config + "Overrides.2.AvailabilityZone", kZone},
                 {"TargetCapacitySpecification.TotalTargetCapacity", "1"}});
    Reply reply = sim_.call("CreateFleet", more);
    EXPECT_EQ(reply.error(), "");
    return reply;
  }

  std::vector<std::string> active(const std::string& fleet) {
    return sim_.call("DescribeFleetInstances", {{"FleetId", fleet}})
        .all("//activeInstanceSet/item/instanceId");
  }

  Sim sim_;
};

TEST_F(SimFleetTest, InstantTakesTheNextPoolAndSaysWhyNotTheFirst) {
  sim_.set_spot_capacity(0, "t3.small");
  const Reply reply = create("instant");
  EXPECT_EQ(reply.at("//fleetInstanceSet/item/instanceType"), "t3.medium");
  EXPECT_EQ(reply.at("//errorSet/item/errorCode"), "InsufficientInstanceCapacity");
  EXPECT_EQ(reply.at("//errorSet/item/launchTemplateAndOverrides/overrides/instanceType"),
            "t3.small");
}

TEST_F(SimFleetTest, InstantWithoutAnyCapacityIsStillASuccessfulCall) {
  sim_.set_spot_capacity(0, "t3.small");
  sim_.set_spot_capacity(0, "t3.medium");
  const Reply reply = create("instant");
  EXPECT_EQ(reply.status(), 200);
  EXPECT_TRUE(reply.all("//fleetInstanceSet/item").empty());
  EXPECT_EQ(reply.all("//errorSet/item").size(), 2U);
}

TEST_F(SimFleetTest, MaintainReplacesWhatIsLostByItself) {
  const std::string fleet = create("maintain").at("//fleetId");
  ASSERT_EQ(active(fleet).size(), 1U);
  const std::string first = active(fleet)[0];
  sim_.control("reclaim", {{"instance_id", first}});
  sim_.advance(1s);
  EXPECT_TRUE(active(fleet).empty());
  sim_.advance(15s);
  ASSERT_EQ(active(fleet).size(), 1U);
  EXPECT_NE(active(fleet)[0], first);
}

TEST_F(SimFleetTest, AnInstanceAtRiskEndsAfterItsSuccessorWasLaunched) {
  const std::string rebalance = "SpotOptions.MaintenanceStrategies.CapacityRebalance.";
  const std::string fleet =
      create("maintain", {{rebalance + "ReplacementStrategy", "launch-before-terminate"},
                          {rebalance + "TerminationDelay", "120"}})
          .at("//fleetId");
  const std::string first = active(fleet)[0];
  sim_.control("rebalance", {{"instance_id", first}});
  sim_.advance(60s);
  EXPECT_EQ(active(fleet).size(), 2U);
  sim_.advance(70s);
  ASSERT_EQ(active(fleet).size(), 1U);
  EXPECT_NE(active(fleet)[0], first);
  sim_.advance(10min);
  EXPECT_EQ(active(fleet).size(), 1U);
}

TEST_F(SimFleetTest, ATerminationDelayWithoutItsStrategyIsRefused) {
  const std::string config = "LaunchTemplateConfigs.1.";
  const auto error = [&](const ParamMap& more) {
    ParamMap params{{config + "LaunchTemplateSpecification.LaunchTemplateName", "web"},
                    {config + "LaunchTemplateSpecification.Version", "1"},
                    {"TargetCapacitySpecification.TotalTargetCapacity", "1"}};
    for (const auto& [name, value] : more) {
      params["SpotOptions.MaintenanceStrategies.CapacityRebalance." + name] = value;
    }
    return sim_.call("CreateFleet", params).error();
  };
  EXPECT_EQ(error({{"ReplacementStrategy", "launch-before-terminate"}}), "InvalidParameterValue");
  EXPECT_EQ(error({{"ReplacementStrategy", "launch"}, {"TerminationDelay", "120"}}),
            "InvalidParameterValue");
  EXPECT_EQ(error({{"ReplacementStrategy", "launch-before-terminate"}, {"TerminationDelay", "60"}}),
            "InvalidParameterValue");
}

TEST_F(SimFleetTest, MaintainWaitsForCapacity) {
  sim_.set_spot_capacity(0, "t3.small");
  sim_.set_spot_capacity(0, "t3.medium");
  const std::string fleet = create("maintain").at("//fleetId");
  sim_.advance(10min);
  EXPECT_TRUE(active(fleet).empty());
  EXPECT_EQ(sim_.call("DescribeFleets", {{"FleetId.1", fleet}}).at("//activityStatus"),
            "pending_fulfillment");
  sim_.set_spot_capacity(1, "t3.medium");
  sim_.advance(1s);
  EXPECT_EQ(active(fleet).size(), 1U);
  EXPECT_EQ(sim_.call("DescribeFleets", {{"FleetId.1", fleet}}).at("//activityStatus"),
            "fulfilled");
}

TEST_F(SimFleetTest, StrategiesRankThePools) {
  const auto first_type = [&](const char* strategy) {
    const std::string config = "LaunchTemplateConfigs.1.Overrides.";
    return create("instant", {{"SpotOptions.AllocationStrategy", strategy},
                              {config + "1.Priority", "2"},
                              {config + "2.Priority", "1"}})
        .at("//fleetInstanceSet/item/instanceType");
  };
  EXPECT_EQ(first_type("lowest-price"), "t3.small");
  EXPECT_EQ(first_type("capacity-optimized-prioritized"), "t3.medium");
  sim_.set_spot_capacity(3);
  EXPECT_EQ(first_type("capacity-optimized"), "t3.medium");
  EXPECT_EQ(first_type("price-capacity-optimized"), "t3.small");
}

TEST_F(SimFleetTest, DeletingEndsTheInstancesOrLeavesThem) {
  const std::string ended = create("maintain").at("//fleetId");
  const std::string left = create("maintain").at("//fleetId");
  const std::string survivor = active(left)[0];
  EXPECT_EQ(sim_.call("DeleteFleets", {{"FleetId.1", ended}, {"TerminateInstances", "true"}})
                .at("//currentFleetState"),
            "deleted_terminating");
  sim_.call("DeleteFleets", {{"FleetId.1", left}, {"TerminateInstances", "false"}});
  sim_.advance(1min);
  EXPECT_EQ(sim_.call("DescribeFleets", {{"FleetId.1", ended}}).at("//fleetState"), "deleted");
  EXPECT_TRUE(active(ended).empty());
  EXPECT_EQ(sim_.instance_state(survivor), "running");
  sim_.call("TerminateInstances", {{"InstanceId.1", survivor}});
  sim_.advance(1min);
  EXPECT_TRUE(active(left).empty()) << "a deleted fleet replaces nothing";
}

TEST_F(SimFleetTest, InstancesCarryTheTagsOfFleetAndTemplate) {
  const Reply reply = create("instant", {{"TagSpecification.1.ResourceType", "instance"},
                                         {"TagSpecification.1.Tag.1.Key", "a"},
                                         {"TagSpecification.1.Tag.1.Value", "1"}});
  const std::string id = reply.at("//fleetInstanceSet/item/instanceIds/item");
  const Reply found = sim_.call("DescribeInstances", {{"InstanceId.1", id}});
  EXPECT_EQ(found.at("//tagSet/item[key='aws:ec2:fleet-id']/value"), reply.at("//fleetId"));
  EXPECT_EQ(found.at("//tagSet/item[key='a']/value"), "1");
  sim_.call("DeleteTags", {{"ResourceId.1", id}});
  EXPECT_EQ(sim_.call("DescribeInstances", {{"InstanceId.1", id}})
                .all("//tagSet/item[starts-with(key,'aws:')]")
                .size(),
            3U);
}

TEST_F(SimFleetTest, ALaunchThatAlwaysFailsDoesNotStopTime) {
  sim_.call("CreateLaunchTemplateVersion",
            {{"LaunchTemplateName", "web"},
             {"LaunchTemplateData.ImageId", kImage},
             {"LaunchTemplateData.BlockDeviceMapping.1.DeviceName", "/dev/xvda"},
             {"LaunchTemplateData.BlockDeviceMapping.1.NoDevice", ""}});
  const std::string fleet = create("maintain").at("//fleetId");
  sim_.advance(1min);
  EXPECT_TRUE(active(fleet).empty());
  EXPECT_LT(sim_.call("DescribeInstances").all("//instanceId").size(), 20U);
}

}  // namespace
}  // namespace ec2spotter::sim
