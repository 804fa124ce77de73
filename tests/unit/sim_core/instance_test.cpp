// Instances of the local EC2, from launch to end.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

TEST(SimInstanceTest, GoesThroughItsStatesInEc2sTime) {
  Sim sim(Profile::realistic);
  const std::string id = sim.run();
  sim.advance(1s);
  EXPECT_EQ(sim.instance_state(id), "pending");
  sim.advance(6s);
  EXPECT_EQ(sim.instance_state(id), "running");

  EXPECT_EQ(sim.call("StopInstances", {{"InstanceId.1", id}}).at("//currentState/name"),
            "stopping");
  sim.advance(2s);
  EXPECT_EQ(sim.instance_state(id), "stopping");
  sim.advance(20s);
  EXPECT_EQ(sim.instance_state(id), "stopped");

  EXPECT_EQ(sim.call("StartInstances", {{"InstanceId.1", id}}).error(), "");
  sim.advance(7s);
  EXPECT_EQ(sim.instance_state(id), "running");
  EXPECT_EQ(sim.call("TerminateInstances", {{"InstanceId.1", id}}).at("//currentState/code"), "32");
  sim.advance(30s);
  EXPECT_EQ(sim.instance_state(id), "terminated");
  sim.advance(61min);
  EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", id}}).error(),
            "InvalidInstanceID.NotFound");
}

// What DescribeInstances says of an instance of this type and an image of this boot mode; or the
// code with which the launch is refused.
std::string boot_mode_of(Sim& sim, const std::string& type, const std::string& of_image) {
  const std::string image = "ami-" + of_image;
  Json given{{"image_id", image}, {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}};
  if (!of_image.empty()) given["boot_mode"] = of_image;
  if (type == "t4g.small") given["architecture"] = "arm64";
  EXPECT_TRUE(sim.core().seed({{"images", {given}}}));
  const Reply launch =
      sim.call("RunInstances", run_params({{"ImageId", image}, {"InstanceType", type}}));
  if (!launch.error().empty()) return launch.error();
  const Reply seen = sim.call("DescribeInstances", {{"InstanceId.1", launch.at("//instanceId")}});
  EXPECT_EQ(seen.at("//bootMode"), of_image);
  return seen.at("//currentInstanceBootMode");
}

TEST(SimInstanceTest, TheImageAndTheTypeDecideTheBootMode) {
  Sim sim;
  EXPECT_EQ(boot_mode_of(sim, "t3.small", ""), "legacy-bios");
  EXPECT_EQ(boot_mode_of(sim, "t3.small", "legacy-bios"), "legacy-bios");
  EXPECT_EQ(boot_mode_of(sim, "t3.small", "uefi"), "uefi");
  EXPECT_EQ(boot_mode_of(sim, "t3.small", "uefi-preferred"), "uefi");
  EXPECT_EQ(boot_mode_of(sim, "g4ad.xlarge", "uefi-preferred"), "legacy-bios");
  EXPECT_EQ(boot_mode_of(sim, "g4ad.xlarge", "uefi"), "InvalidParameterValue");
  EXPECT_EQ(boot_mode_of(sim, "t4g.small", ""), "uefi");
  EXPECT_EQ(boot_mode_of(sim, "t4g.small", "legacy-bios"), "InvalidParameterValue");
  EXPECT_FALSE(sim.core().seed({{"images",
                                 {{{"image_id", "ami-2"},
                                   {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"},
                                   {"boot_mode", "bios"}}}}}));
}

TEST(SimInstanceTest, TheBootModeFollowsTheTypeOfAStoppedInstance) {
  Sim sim;
  EXPECT_EQ(boot_mode_of(sim, "t3.small", "uefi-preferred"), "uefi");
  const std::string id = sim.call("DescribeInstances").at("//instanceId");
  sim.stop(id);
  const auto turned_into = [&](const char* type) {
    return sim.call("ModifyInstanceAttribute", {{"InstanceId", id}, {"InstanceType.Value", type}})
        .error();
  };
  EXPECT_EQ(turned_into("g4ad.xlarge"), "");
  EXPECT_EQ(sim.call("DescribeInstances").at("//currentInstanceBootMode"), "legacy-bios");
  EXPECT_EQ(boot_mode_of(sim, "t3.small", "uefi"), "uefi");
  const auto image = sim.call("CreateImage", {{"InstanceId", id}, {"Name", "made"}});
  EXPECT_EQ(sim.call("DescribeImages", {{"ImageId.1", image.at("//imageId")}}).at("//bootMode"),
            "uefi-preferred");
}

TEST(SimInstanceTest, TerminationIsAllOrNone) {
  Sim sim;
  const std::string id = sim.run();
  EXPECT_EQ(
      sim.call("TerminateInstances", {{"InstanceId.1", id}, {"InstanceId.2", "i-none"}}).error(),
      "InvalidInstanceID.NotFound");
  EXPECT_EQ(sim.instance_state(id), "running");

  const std::string kept = sim.run({{"DisableApiTermination", "true"}});
  EXPECT_EQ(sim.call("TerminateInstances", {{"InstanceId.1", id}, {"InstanceId.2", kept}}).error(),
            "OperationNotPermitted");
  EXPECT_EQ(sim.instance_state(id), "running");
}

TEST(SimInstanceTest, DeleteOnTerminationDecidesWhatBecomesOfEachVolume) {
  Sim sim;
  const std::string id = sim.run();
  const std::string root = sim.call("DescribeVolumes", {{"Filter.1.Name", "attachment.instance-id"},
                                                        {"Filter.1.Value.1", id}})
                               .at("//volumeSet/item/volumeId");
  const std::string data = sim.make_volume();
  sim.attach({.volume = data, .instance = id});
  sim.terminate(id);
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", root}}).error(), "InvalidVolume.NotFound");
  EXPECT_EQ(sim.volume_status(data), "available");
}

TEST(SimInstanceTest, AKeptRootOutlivesItsInstance) {
  Sim sim;
  const std::string id = sim.run();
  EXPECT_EQ(sim.call("ModifyInstanceAttribute",
                     {{"InstanceId", id},
                      {"BlockDeviceMapping.1.DeviceName", "/dev/xvda"},
                      {"BlockDeviceMapping.1.Ebs.DeleteOnTermination", "false"}})
                .error(),
            "");
  sim.terminate(id);
  const Reply volumes = sim.call("DescribeVolumes");
  EXPECT_EQ(volumes.all("//volumeSet/item/status"), std::vector<std::string>{"available"});
}

TEST(SimInstanceTest, TheSameTokenGivesTheSameAnswerWhileItsInstanceLives) {
  Sim sim;
  const std::string id = sim.run({{"ClientToken", "t"}});
  EXPECT_EQ(sim.run({{"ClientToken", "t"}}), id);
  const ParamMap other = run_params({{"InstanceType", "t3.medium"}, {"ClientToken", "t"}});
  EXPECT_EQ(sim.call("RunInstances", other).error(), "IdempotentParameterMismatch");
  sim.terminate(id);
  EXPECT_EQ(sim.call("RunInstances", run_params({{"ClientToken", "t"}})).error(),
            "IdempotentInstanceTerminated");
}

TEST(SimInstanceTest, CapacityIsTakenGivenBackAndNeverInvented) {
  Sim sim;
  sim.control("capacity", {{"instance_type", "t3.small"}, {"zone", kZone}, {"available", 1}});
  const std::string id = sim.run();
  ParamMap more = run_params();
  const Reply refused = sim.call("RunInstances", more);
  EXPECT_EQ(refused.error(), "InsufficientInstanceCapacity");
  EXPECT_EQ(refused.status(), 500);
  more.erase("Placement.AvailabilityZone");
  EXPECT_EQ(sim.call("RunInstances", more).error(), "") << "another zone has capacity";
  sim.terminate(id);
  sim.run();
}

TEST(SimInstanceTest, MinCountIsEnoughWhenThePoolHoldsNoMore) {
  Sim sim;
  sim.control("capacity", {{"instance_type", "t3.small"}, {"zone", kZone}, {"available", 3}});
  const Reply reply = sim.call("RunInstances", run_params({{"MinCount", "2"}, {"MaxCount", "5"}}));
  EXPECT_EQ(reply.all("//instanceId").size(), 3U);
}

TEST(SimInstanceTest, QuotasCountVcpusPerMarket) {
  Sim sim;
  sim.control("quota", {{"name", "spot_vcpus"}, {"value", 2}});
  sim.control("quota", {{"name", "on_demand_vcpus"}, {"value", 2}});
  ParamMap params = run_params();
  sim.run();
  EXPECT_EQ(sim.call("RunInstances", params).error(), "VcpuLimitExceeded");
  const std::string spot = sim.run_spot();
  params["InstanceMarketOptions.MarketType"] = "spot";
  EXPECT_EQ(sim.call("RunInstances", params).error(), "MaxSpotInstanceCountExceeded");
  sim.terminate(spot);
  EXPECT_EQ(sim.call("RunInstances", params).error(), "");
}

TEST(SimInstanceTest, AnElasticIpMovesAndComesBackFree) {
  Sim sim;
  const std::string first = sim.run();
  const std::string second = sim.run();
  const std::string own =
      sim.call("DescribeInstances", {{"InstanceId.1", first}}).at("//ipAddress");
  const Reply address = sim.call("AllocateAddress");
  const std::string id = address.at("//allocationId");
  const std::string ip = address.at("//publicIp");
  for (const std::string& instance : {first, second}) {
    EXPECT_EQ(
        sim.call("AssociateAddress", {{"AllocationId", id}, {"InstanceId", instance}}).error(), "");
    EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", instance}}).at("//ipAddress"), ip);
  }
  EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", first}}).at("//ipAddress"), own);
  sim.terminate(second);
  EXPECT_EQ(sim.call("DescribeAddresses").at("//instanceId"), "");
  EXPECT_EQ(sim.call("ReleaseAddress", {{"AllocationId", id}}).error(), "");
}

TEST(SimInstanceTest, MetadataIsThatOfTheInstance) {
  Sim sim;
  sim.make_profile("role", "");
  const std::string id = sim.run_spot({{"KeyName", "me"},
                                       {"UserData", "aGVsbG8="},
                                       {"IamInstanceProfile.Name", "role"},
                                       {"MetadataOptions.HttpTokens", "required"}});
  const auto entry = [&](const std::string& path) {
    for (const auto& [name, value] : sim.core().metadata(id).entries) {
      if (name == path) return value;
    }
    return std::string("404");
  };
  EXPECT_TRUE(sim.core().metadata(id).tokens_required);
  EXPECT_EQ(sim.core().metadata(id).user_data, "hello");
  EXPECT_EQ(entry("meta-data/instance-id"), id);
  EXPECT_EQ(entry("meta-data/security-groups"), "default");
  EXPECT_EQ(entry("meta-data/public-keys/0=me"), "");
  EXPECT_EQ(entry("meta-data/public-keys/0/openssh-key"), "ssh-ed25519 AAAA me");
  const std::string mac = "meta-data/network/interfaces/macs/" + entry("meta-data/mac") + "/";
  const std::string subnet = entry(mac + "subnet-id");
  EXPECT_EQ(entry(mac + "subnet-ipv4-cidr-block"),
            sim.call("DescribeSubnets", {{"SubnetId.1", subnet}}).at("//cidrBlock"));
  EXPECT_NE(entry("meta-data/iam/security-credentials/role").find("SecretAccessKey"),
            std::string::npos);
  EXPECT_EQ(entry("meta-data/spot/instance-action"), "404");
  sim.control("notice", {{"instance_id", id}});
  EXPECT_EQ(entry("meta-data/spot/instance-action"),
            R"({"action":"terminate","time":"2026-03-01T12:02:00Z"})");
  EXPECT_EQ(entry("meta-data/spot/termination-time"), "2026-03-01T12:02:00Z");
  EXPECT_EQ(entry("meta-data/events/recommendations/rebalance"), "404");
  sim.control("rebalance", {{"instance_id", id}});
  EXPECT_NE(entry("meta-data/events/recommendations/rebalance"), "404");
}

TEST(SimInstanceTest, ANetworkInterfaceKeepsItsAddressesFromBodyToBody) {
  Sim sim;
  const std::string subnet = sim.call("DescribeSubnets", {{"Filter.1.Name", "availability-zone"},
                                                          {"Filter.1.Value.1", kZone}})
                                 .at("//subnetId");
  const Reply made = sim.call("CreateNetworkInterface", {{"SubnetId", subnet}});
  const std::string interface = made.at("//networkInterfaceId");
  const ParamMap with{{"NetworkInterface.1.DeviceIndex", "0"},
                      {"NetworkInterface.1.NetworkInterfaceId", interface}};
  const std::string first = sim.run(with);
  EXPECT_EQ(sim.call("RunInstances", run_params(with)).error(), "InvalidNetworkInterface.InUse");
  sim.terminate(first);
  const std::string second = sim.run(with);
  EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", second}})
                .at("//networkInterfaceSet/item/macAddress"),
            made.at("//macAddress"));
}

TEST(SimInstanceTest, AllDisksOfAnImageComeWithTheInstanceAndGoWithItAsTheImageSays) {
  Sim sim;
  const auto planted = sim.core().seed(
      {{"snapshots", {{{"snapshot_id", "snap-0bbbbbbbbbbbbbbb1"}, {"size_gib", 4}}}},
       {"images",
        {{{"image_id", "ami-0bbbbbbbbbbbbbbb1"},
          {"snapshot_id", "snap-0bbbbbbbbbbbbbbb1"},
          {"disks",
           {{{"device", "/dev/sdb"}, {"size_gib", 3}},
            {{"device", "/dev/sdc"},
             {"snapshot_id", "snap-0bbbbbbbbbbbbbbb1"},
             {"size_gib", 5},
             {"delete_on_termination", false}}}}}}}});
  ASSERT_TRUE(planted) << planted.error().message;
  const std::string id = sim.run({{"ImageId", "ami-0bbbbbbbbbbbbbbb1"},
                                  {"TagSpecification.1.ResourceType", "volume"},
                                  {"TagSpecification.1.Tag.1.Key", "of"},
                                  {"TagSpecification.1.Tag.1.Value", "web"}});
  const ParamMap ours{{"Filter.1.Name", "tag:of"}, {"Filter.1.Value.1", "web"}};
  const Reply volumes = sim.call("DescribeVolumes", ours);
  EXPECT_EQ(volumes.all("//attachmentSet/item/instanceId"), (std::vector<std::string>{id, id, id}));
  const Reply instance = sim.call("DescribeInstances", {{"InstanceId.1", id}});
  EXPECT_EQ(instance.all("//blockDeviceMapping/item/deviceName"),
            (std::vector<std::string>{"/dev/sdb", "/dev/sdc", "/dev/xvda"}));
  EXPECT_EQ(instance.all("//blockDeviceMapping/item/ebs/deleteOnTermination"),
            (std::vector<std::string>{"true", "false", "true"}));
  sim.terminate(id);
  EXPECT_EQ(sim.call("DescribeVolumes", ours).all("//volumeSet/item/size"),
            std::vector<std::string>{"5"});
}

}  // namespace
}  // namespace ec2spotter::sim
