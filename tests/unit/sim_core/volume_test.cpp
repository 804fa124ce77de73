// Volumes and snapshots of the local EC2.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

TEST(SimVolumeTest, AttachesToOneInstanceOfItsZoneOnly) {
  Sim sim;
  const std::string one = sim.run();
  const std::string two = sim.run();
  const std::string volume = sim.make_volume();
  const std::string far = sim.make_volume("us-east-1b");
  const auto attach_with = [&](const std::string& key, const std::string& value) {
    ParamMap params = attach_params({.volume = volume, .instance = one});
    params[key] = value;
    return sim.call("AttachVolume", params).error();
  };
  EXPECT_EQ(attach_with("VolumeId", far), "InvalidVolume.ZoneMismatch");
  EXPECT_EQ(attach_with("VolumeId", "vol-none"), "InvalidVolume.NotFound");
  EXPECT_EQ(attach_with("InstanceId", "i-none"), "InvalidInstanceID.NotFound");
  EXPECT_EQ(attach_with("Device", "/dev/xvda"), "InvalidParameterValue") << "the name is taken";
  EXPECT_EQ(attach_with("Device", "/etc/passwd"), "InvalidParameterValue");
  EXPECT_EQ(sim.attach({.volume = volume, .instance = one}).error(), "");
  EXPECT_EQ(attach_with("InstanceId", two), "VolumeInUse");
  EXPECT_EQ(sim.call("DeleteVolume", {{"VolumeId", volume}}).error(), "VolumeInUse");
}

TEST(SimVolumeTest, TakesItsTimeInTheRealisticProfile) {
  Sim sim(Profile::realistic);
  const std::string instance = sim.run();
  const std::string volume = sim.make_volume();
  const Pair pair{.volume = volume, .instance = instance};
  EXPECT_EQ(sim.attach(pair).error(), "IncorrectState") << "still creating";
  sim.advance(2s);
  EXPECT_EQ(sim.attach(pair).error(), "IncorrectState") << "instance pending";
  sim.advance(6s);
  EXPECT_EQ(sim.attach(pair).at("//status"), "attaching");
  sim.advance(3s);
  EXPECT_EQ(sim.attachment_status(volume), "attached");
  EXPECT_EQ(sim.call("DetachVolume", {{"VolumeId", volume}}).at("//status"), "detaching");
  sim.advance(1s);
  EXPECT_EQ(sim.attachment_status(volume), "detaching");
  sim.advance(3s);
  EXPECT_EQ(sim.volume_status(volume), "available");
}

TEST(SimVolumeTest, TheRootOfARunningInstanceStays) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string root = sim.call("DescribeVolumes").at("//volumeSet/item/volumeId");
  EXPECT_EQ(sim.call("DetachVolume", {{"VolumeId", root}}).error(), "OperationNotPermitted");
  sim.stop(instance);
  EXPECT_EQ(sim.call("DetachVolume", {{"VolumeId", root}}).error(), "");
  sim.advance(1s);
  EXPECT_EQ(sim.volume_status(root), "available");
  sim.call("StartInstances", {{"InstanceId.1", instance}});
  sim.advance(1s);
  EXPECT_EQ(sim.instance_state(instance), "terminated")
      << "an instance without a root cannot start";
}

TEST(SimVolumeTest, OnlyGrowsAndFourTimesADay) {
  Sim sim;
  const std::string volume = sim.make_volume();
  const auto grow = [&](int size) {
    return sim.call("ModifyVolume", {{"VolumeId", volume}, {"Size", std::to_string(size)}}).error();
  };
  EXPECT_EQ(grow(7), "InvalidParameterValue");
  for (int size = 9; size < 13; ++size) EXPECT_EQ(grow(size), "");
  EXPECT_EQ(grow(13), "VolumeModificationRateExceeded");
  sim.advance(25h);
  EXPECT_EQ(grow(13), "");
  EXPECT_EQ(sim.call("DescribeVolumesModifications", {{"VolumeId.1", volume}}).at("//targetSize"),
            "13");
}

std::string change_of(Sim& sim, const std::string& volume, const std::string& what) {
  return sim.call("DescribeVolumesModifications", {{"VolumeId.1", volume}}).at("//" + what);
}

TEST(SimVolumeTest, GrowsWhileItIsOptimizedAndTakesNoOtherChangeMeanwhile) {
  Sim sim(Profile::realistic);
  const std::string volume = sim.make_volume();
  sim.advance(5s);
  const ParamMap grow{{"VolumeId", volume}, {"Size", "9"}};
  ParamMap dry = grow;
  dry["DryRun"] = "true";
  EXPECT_EQ(sim.call("ModifyVolume", dry).error(), "DryRunOperation");
  EXPECT_EQ(sim.call("ModifyVolume", grow).at("//modificationState"), "modifying");
  const auto size = [&] {
    return sim.call("DescribeVolumes", {{"VolumeId.1", volume}}).at("//size");
  };
  EXPECT_EQ(size(), "8");
  sim.advance(3s);
  EXPECT_EQ(size(), "9");
  EXPECT_EQ(change_of(sim, volume, "modificationState"), "optimizing");
  EXPECT_EQ(sim.call("ModifyVolume", {{"VolumeId", volume}, {"Size", "10"}}).error(),
            "IncorrectModificationState");
  sim.advance(30s);
  EXPECT_EQ(change_of(sim, volume, "progress"), "50");
  sim.advance(30s);
  EXPECT_EQ(change_of(sim, volume, "modificationState"), "completed");
  EXPECT_EQ(sim.call("ModifyVolume", {{"VolumeId", volume}, {"Size", "10"}}).error(), "");
}

TEST(SimVolumeTest, AChangeThatFailsLeavesTheVolumeAsItWasAndMayBeTriedAgain) {
  Sim sim;
  const std::string volume = sim.make_volume();
  sim.control("fault", {{"kind", "volume_change_fails"}});
  const ParamMap grow{{"VolumeId", volume}, {"Size", "9"}};
  EXPECT_EQ(sim.call("ModifyVolume", grow).error(), "");
  EXPECT_EQ(change_of(sim, volume, "modificationState"), "failed");
  EXPECT_NE(change_of(sim, volume, "statusMessage"), "");
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", volume}}).at("//size"), "8");
  EXPECT_EQ(sim.call("ModifyVolume", grow).error(), "");
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", volume}}).at("//size"), "9");
}

TEST(SimVolumeTest, RatesStayWhenAVolumeGrowsAndNotItsTypesLimits) {
  Sim sim;
  const auto create = [&](ParamMap more) {
    more.insert({{"AvailabilityZone", kZone}, {"Size", "200"}});
    return sim.call("CreateVolume", more).at("//volumeId");
  };
  const auto grow = [&](const std::string& volume, const char* size) {
    return sim.call("ModifyVolume", {{"VolumeId", volume}, {"Size", size}}).error();
  };
  const std::string fast = create({{"VolumeType", "gp3"}, {"Iops", "4000"}, {"Throughput", "250"}});
  const std::string old = create({{"VolumeType", "gp2"}});
  const std::string slow = create({{"VolumeType", "st1"}});
  for (const std::string& volume : {fast, old, slow}) EXPECT_EQ(grow(volume, "201"), "");
  EXPECT_EQ(change_of(sim, fast, "targetIops"), "4000");
  EXPECT_EQ(change_of(sim, fast, "targetThroughput"), "250");
  EXPECT_EQ(change_of(sim, old, "originalIops"), "600");
  EXPECT_EQ(change_of(sim, old, "targetIops"), "603");
  EXPECT_EQ(grow(slow, "16385"), "InvalidParameterValue");
  EXPECT_EQ(sim.call("DescribeVolumesModifications", {{"MaxResults", "501"}}).error(),
            "InvalidParameterValue");
  EXPECT_NE(sim.call("DescribeVolumesModifications", {{"MaxResults", "2"}}).at("//nextToken"), "");
}

TEST(SimVolumeTest, RefusesSizesAndRatesThatItsTypeDoesNotTake) {
  Sim sim;
  const auto create = [&](const ParamMap& more) {
    ParamMap params{{"AvailabilityZone", kZone}};
    params.insert(more.begin(), more.end());
    return sim.call("CreateVolume", params).error();
  };
  EXPECT_EQ(create({}), "MissingParameter");
  EXPECT_EQ(create({{"Size", "8"}, {"VolumeType", "shoe"}}), "InvalidParameterValue");
  EXPECT_EQ(create({{"Size", "8"}, {"VolumeType", "st1"}}), "InvalidParameterValue");
  EXPECT_EQ(create({{"Size", "8"}, {"VolumeType", "gp2"}, {"Iops", "3000"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(create({{"Size", "8"}, {"VolumeType", "gp3"}, {"Iops", "99999999"}}),
            "InvalidParameterValue");
  EXPECT_EQ(create({{"Size", "7"}, {"SnapshotId", "snap-0aaaaaaaaaaaaaaa1"}}),
            "InvalidBlockDeviceMapping");
  EXPECT_EQ(create({{"Size", "8"}, {"MultiAttachEnabled", "true"}}), "UnsupportedOperation");
  EXPECT_EQ(sim.call("CreateVolume", {{"AvailabilityZone", "us-east-1z"}, {"Size", "8"}}).error(),
            "InvalidZone.NotFound");
}

TEST(SimVolumeTest, AKeyIsKnownByEachOfItsNamesAndInheritedBySnapshots) {
  Sim sim;
  const std::string key = "11111111-2222-3333-4444-555555555555";
  const std::string arn = "arn:aws:kms:us-east-1:123456789012:key/" + key;
  ASSERT_TRUE(sim.core().seed({{"keys", {{{"key_id", key}, {"alias", "alias/web"}}}}}));
  const auto create = [&](ParamMap more) {
    more.insert({{"AvailabilityZone", kZone}, {"Size", "8"}});
    return sim.call("CreateVolume", std::move(more));
  };
  const auto key_of = [&](const std::string& id) {
    return sim.call("DescribeVolumes", {{"VolumeId.1", id}}).at("//kmsKeyId");
  };
  for (const std::string& name : {key, arn, std::string("alias/web"),
                                  std::string("arn:aws:kms:us-east-1:123456789012:alias/web")}) {
    const std::string id = create({{"Encrypted", "true"}, {"KmsKeyId", name}}).at("//volumeId");
    EXPECT_EQ(key_of(id), arn) << name;
    const std::string snapshot = sim.call("CreateSnapshot", {{"VolumeId", id}}).at("//snapshotId");
    EXPECT_EQ(key_of(create({{"SnapshotId", snapshot}}).at("//volumeId")), arn);
  }
  EXPECT_EQ(create({{"KmsKeyId", key}}).error(), "InvalidParameterDependency");
  EXPECT_EQ(key_of(sim.make_volume()), "");
  const Reply doomed = create({{"Encrypted", "true"}, {"KmsKeyId", "alias/none"}});
  EXPECT_EQ(doomed.error(), "");
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", doomed.at("//volumeId")}}).error(),
            "InvalidVolume.NotFound");
}

TEST(SimVolumeTest, AnInitializationRateIsOfAVolumeFromASnapshotAndWithinTheRegionsLimit) {
  Sim sim(Profile::realistic);
  const auto create = [&](const std::string& rate, bool from_snapshot = true) {
    ParamMap params{{"AvailabilityZone", kZone}, {"VolumeInitializationRate", rate}};
    params[from_snapshot ? "SnapshotId" : "Size"] = from_snapshot ? "snap-0aaaaaaaaaaaaaaa1" : "8";
    return sim.call("CreateVolume", params);
  };
  EXPECT_EQ(create("300", false).error(), "InvalidParameterCombination");
  EXPECT_EQ(create("99").error(), "InvalidParameterValue");
  EXPECT_EQ(create("301").error(), "InvalidParameterValue");
  const Reply made = create("200");
  EXPECT_EQ(made.at("//volumeInitializationRate"), "200");
  sim.advance(1s);
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", made.at("//volumeId")}})
                .at("//volumeInitializationRate"),
            "200");
  for (int i = 0; i < 16; ++i) EXPECT_EQ(create("300").error(), "");
  EXPECT_EQ(create("100").error(), "ResourceLimitExceeded") << "5,000 MiB/s are taken";
  sim.advance(30s);
  EXPECT_EQ(create("300").error(), "") << "all are initialized";
  sim.control("quota", {{"name", "initialization_mib_s"}, {"value", 0}});
  EXPECT_EQ(create("100").error(), "ResourceLimitExceeded");
}

TEST(SimVolumeTest, AVolumeMayEndInErrorOrVanish) {
  Sim sim(Profile::realistic);
  const auto create = [&](const char* fault) {
    sim.control("fault", {{"kind", fault}});
    const std::string id = sim.make_volume();
    sim.advance(1s);
    EXPECT_EQ(sim.volume_status(id), "creating");
    sim.advance(2s);
    return id;
  };
  const std::string broken = create("volume_error");
  EXPECT_EQ(sim.volume_status(broken), "error");
  EXPECT_EQ(sim.call("CreateSnapshot", {{"VolumeId", broken}}).error(), "IncorrectState");
  EXPECT_EQ(sim.call("DeleteVolume", {{"VolumeId", broken}}).error(), "");
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", create("volume_vanishes")}}).error(),
            "InvalidVolume.NotFound");
  EXPECT_FALSE(sim.core().control("fault", {{"kind", "volume_error"}, {"action", "RunInstances"}}));
}

TEST(SimVolumeTest, AFaultMayStrikeOneZoneOrCallsWithOneParameterAlone) {
  Sim sim;
  sim.control("fault", {{"kind", "refuse"},
                        {"action", "CreateVolume"},
                        {"code", "InsufficientVolumeCapacity"},
                        {"zone", kZone},
                        {"count", 0}});
  const auto create = [&](const ParamMap& more) {
    ParamMap params{{"Size", "8"}};
    params.insert(more.begin(), more.end());
    return sim.call("CreateVolume", params).error();
  };
  EXPECT_EQ(create({{"AvailabilityZone", kZone}}), "InsufficientVolumeCapacity");
  EXPECT_EQ(create({{"AvailabilityZone", "us-east-1b"}}), "");
  sim.control("fault", {{"kind", "clear"}});
  sim.control("fault", {{"kind", "refuse"}, {"code", "Shoe"}, {"parameter", "Iops"}});
  EXPECT_EQ(create({{"AvailabilityZone", kZone}}), "");
  EXPECT_EQ(create({{"AvailabilityZone", kZone}, {"Iops", "3000"}, {"VolumeType", "gp3"}}), "Shoe");
}

}  // namespace
}  // namespace ec2spotter::sim
