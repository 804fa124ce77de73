// Snapshots of the local EC2: what they hold, how long they take, sets of them.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

std::string status_of(Sim& sim, const std::string& snapshot, const std::string& what = "status") {
  return sim.call("DescribeSnapshots", {{"SnapshotId.1", snapshot}})
      .at("//snapshotSet/item/" + what);
}

std::string take(Sim& sim, const std::string& volume) {
  return sim.call("CreateSnapshot", {{"VolumeId", volume}}).at("//snapshotId");
}

// Whole seconds until the snapshot is shown as completed, up to an hour.
int seconds_until_completed(Sim& sim, const std::string& snapshot) {
  int seconds = 0;
  do {
    sim.advance(1s);
    ++seconds;
  } while (status_of(sim, snapshot) == "pending" && seconds < 3600);
  EXPECT_EQ(status_of(sim, snapshot), "completed");
  return seconds;
}

TEST(SimSnapshotTest, IsPendingFirstAndCannotBeUsedThen) {
  Sim sim(Profile::realistic);
  const std::string volume = sim.make_volume();
  EXPECT_EQ(sim.call("CreateSnapshot", {{"VolumeId", volume}}).error(), "IncorrectState")
      << "the volume is still creating";
  sim.advance(2s);
  const std::string snapshot = take(sim, volume);
  const ParamMap from_it{{"AvailabilityZone", kZone}, {"SnapshotId", snapshot}};
  EXPECT_EQ(sim.call("CreateVolume", from_it).error(), "IncorrectState");
  sim.advance(11s);
  EXPECT_EQ(status_of(sim, snapshot, "progress"), "50%");
  EXPECT_NEAR(seconds_until_completed(sim, snapshot), 9, 1) << "nothing was written to it";
  EXPECT_EQ(status_of(sim, snapshot, "progress"), "100%");
  EXPECT_EQ(sim.call("CreateVolume", from_it).error(), "");
}

TEST(SimSnapshotTest, TheFirstTakesTimeByWhatIsUsedAndALaterOneByWhatHasChanged) {
  Sim sim(Profile::realistic);
  const std::string instance = sim.run();
  sim.advance(10s);
  const std::string root = sim.call("DescribeVolumes").at("//volumeSet/item/volumeId");
  EXPECT_NEAR(seconds_until_completed(sim, take(sim, root)), 61, 1) << "half of its 8 GiB";
  sim.advance(2h);
  const std::string later = take(sim, root);
  EXPECT_NEAR(seconds_until_completed(sim, later), 30, 1) << "a gibibyte in two hours";
  sim.terminate(instance);
  sim.advance(1min);
  EXPECT_EQ(sim.call("DescribeVolumes", {{"VolumeId.1", root}}).error(), "InvalidVolume.NotFound");
  EXPECT_EQ(status_of(sim, later), "completed") << "it outlives its volume";
  const ParamMap from_it{{"AvailabilityZone", kZone}, {"SnapshotId", later}};
  const std::string restored = sim.call("CreateVolume", from_it).at("//volumeId");
  sim.advance(2s);
  EXPECT_NEAR(seconds_until_completed(sim, take(sim, restored)), 71, 1) << "5 GiB are on it";
}

TEST(SimSnapshotTest, TimeWithoutAnInstanceChangesNothing) {
  Sim sim(Profile::realistic);
  const std::string instance = sim.run();
  const std::string volume = sim.make_volume();
  sim.advance(10s);
  EXPECT_NEAR(seconds_until_completed(sim, take(sim, volume)), 20, 1);
  sim.attach({.volume = volume, .instance = instance});
  sim.advance(2h);
  sim.call("DetachVolume", {{"VolumeId", volume}});
  sim.advance(100h);
  EXPECT_NEAR(seconds_until_completed(sim, take(sim, volume)), 30, 1);
}

TEST(SimSnapshotTest, LimitsAreEc2s) {
  Sim sim(Profile::realistic);
  const std::string volume = sim.make_volume();
  const std::string slow =
      sim.call("CreateVolume",
               {{"AvailabilityZone", kZone}, {"Size", "125"}, {"VolumeType", "st1"}})
          .at("//volumeId");
  sim.advance(2s);
  const auto error = [&](const std::string& id) {
    return sim.call("CreateSnapshot", {{"VolumeId", id}}).error();
  };
  EXPECT_EQ(error("vol-none"), "InvalidVolume.NotFound");
  EXPECT_EQ(error(volume), "");
  EXPECT_EQ(error(volume), "SnapshotCreationPerVolumeRateExceeded");
  sim.control("fault", {{"kind", "slow_state"}, {"count", 0}, {"seconds", 3600}});
  for (int i = 0; i < 4; ++i) {
    sim.advance(16s);
    EXPECT_EQ(error(volume), "");
  }
  sim.advance(16s);
  EXPECT_EQ(error(volume), "") << "the first one has completed";
  sim.advance(16s);
  EXPECT_EQ(error(volume), "ConcurrentSnapshotLimitExceeded");
  EXPECT_EQ(error(slow), "");
  sim.advance(16s);
  EXPECT_EQ(error(slow), "ConcurrentSnapshotLimitExceeded");
}

TEST(SimSnapshotTest, ASetIsOfAllVolumesOfAnInstanceAtOneMoment) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string root = sim.call("DescribeVolumes").at("//volumeSet/item/volumeId");
  const std::string data = sim.make_volume();
  sim.attach({.volume = data, .instance = instance});
  sim.call("CreateTags", {{"ResourceId.1", data},
                          {"Tag.1.Key", "a"},
                          {"Tag.1.Value", "volume's"},
                          {"Tag.2.Key", "b"},
                          {"Tag.2.Value", "volume's"}});
  sim.bodies().snapshot_sets.clear();
  const Reply reply = sim.call("CreateSnapshots", {{"InstanceSpecification.InstanceId", instance},
                                                   {"CopyTagsFromSource", "volume"},
                                                   {"Description", "both"},
                                                   {"TagSpecification.1.ResourceType", "snapshot"},
                                                   {"TagSpecification.1.Tag.1.Key", "a"},
                                                   {"TagSpecification.1.Tag.1.Value", "call's"}});
  EXPECT_EQ(reply.all("//snapshotSet/item/volumeId"), (std::vector<std::string>{root, data}));
  EXPECT_EQ(reply.at("//snapshotSet/item/state"), "pending");
  EXPECT_EQ(reply.all("//item[volumeId='" + data + "']/tagSet/item/value"),
            (std::vector<std::string>{"call's", "volume's"}));
  ASSERT_EQ(sim.bodies().snapshot_sets.size(), 1U);
  EXPECT_EQ(sim.bodies().snapshot_sets[0], (std::vector<std::string>{root, data}));
  EXPECT_EQ(status_of(sim, reply.at("//snapshotId")), "completed");
}

TEST(SimSnapshotTest, ASetLeavesOutWhatItIsTold) {
  Sim sim;
  const std::string instance = sim.run();
  const std::string root = sim.call("DescribeVolumes").at("//volumeSet/item/volumeId");
  const std::string data = sim.make_volume();
  sim.attach({.volume = data, .instance = instance});
  const auto take_set = [&](const ParamMap& more) {
    ParamMap params{{"InstanceSpecification.InstanceId", instance}};
    params.insert(more.begin(), more.end());
    return sim.call("CreateSnapshots", params);
  };
  const std::string no_root = "InstanceSpecification.ExcludeBootVolume";
  const std::string without = "InstanceSpecification.ExcludeDataVolumeId.1";
  const std::vector<std::string> only_data{data};
  EXPECT_EQ(take_set({{no_root, "true"}}).all("//volumeId"), only_data);
  EXPECT_EQ(take_set({{without, data}}).all("//volumeId"), (std::vector<std::string>{root}));
  EXPECT_EQ(take_set({{no_root, "true"}, {without, data}}).error(), "InvalidParameterValue");
  EXPECT_EQ(take_set({{without, root}}).error(), "InvalidParameterValue");
  EXPECT_EQ(take_set({{without, "vol-none"}}).error(), "InvalidParameterValue");
  EXPECT_EQ(take_set({{"InstanceSpecification.Shoe", "1"}}).error(), "UnknownParameter");
  EXPECT_EQ(take_set({{"CopyTagsFromSource", "shoe"}}).error(), "InvalidParameterValue");
  EXPECT_EQ(sim.call("CreateSnapshots").error(), "MissingParameter");
  sim.terminate(instance);
  EXPECT_EQ(take_set({}).error(), "IncorrectState");
}

constexpr const char* kSource = "snap-0aaaaaaaaaaaaaaa1";

// A copy of the seeded snapshot to another region; what its URL says, or nullopt: no valid one.
std::string copy_with(Sim& sim, const std::optional<PresignedCall>& presigned) {
  const ApiReply reply = sim.core().handle({.service = "ec2",
                                            .region = "us-west-2",
                                            .access_key = "test",
                                            .params = {{"Action", "CopySnapshot"},
                                                       {"Version", "2016-11-15"},
                                                       {"SourceRegion", "us-east-1"},
                                                       {"SourceSnapshotId", kSource},
                                                       {"DestinationRegion", "us-west-2"},
                                                       {"PresignedUrl", "https://..."}},
                                            .target = {},
                                            .body = {},
                                            .presigned = presigned});
  const std::string id = Reply(reply.status, reply.body).at("//snapshotId");
  sim.advance(1s);
  return sim.call("DescribeSnapshots", {{"SnapshotId.1", id}}, "us-west-2")
      .at("//snapshotSet/item/status");
}

TEST(SimSnapshotTest, ACopyEndsInErrorUnlessItsPresignedUrlIsOfTheSameCopy) {
  Sim sim;
  const PresignedCall right{.region = "us-east-1",
                            .params = {{"Action", "CopySnapshot"},
                                       {"SourceRegion", "us-east-1"},
                                       {"SourceSnapshotId", kSource},
                                       {"DestinationRegion", "us-west-2"}}};
  EXPECT_EQ(copy_with(sim, right), "completed");
  EXPECT_EQ(copy_with(sim, std::nullopt), "error");
  for (const char* name : {"Action", "SourceRegion", "SourceSnapshotId", "DestinationRegion"}) {
    PresignedCall wrong = right;
    wrong.params[name] = "shoe";
    EXPECT_EQ(copy_with(sim, wrong), "error") << name;
    wrong.params.erase(name);
    EXPECT_EQ(copy_with(sim, wrong), "error") << name;
  }
  PresignedCall elsewhere = right;
  elsewhere.region = "us-west-2";
  EXPECT_EQ(copy_with(sim, elsewhere), "error");
}

TEST(SimSnapshotTest, TwentyCopiesAtMostAreUnderWayToARegion) {
  Sim sim(Profile::realistic);
  const auto copy = [&](const std::string& region) {
    const ParamMap params{{"SourceRegion", "us-east-1"}, {"SourceSnapshotId", kSource}};
    return sim.call("CopySnapshot", params, region).error();
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(copy("us-west-2"), "");
  EXPECT_EQ(copy("us-west-2"), "ResourceLimitExceeded");
  EXPECT_EQ(copy("eu-west-1"), "");
  sim.advance(2min);
  EXPECT_EQ(copy("us-west-2"), "");
}

TEST(SimSnapshotTest, ACopyHasNoTagsOfItsSourceAndTheSameContent) {
  Sim sim(Profile::realistic);
  sim.call("CreateTags", {{"ResourceId.1", kSource}, {"Tag.1.Key", "a"}, {"Tag.1.Value", "1"}});
  const ParamMap params{{"SourceRegion", "us-east-1"}, {"SourceSnapshotId", kSource}};
  const std::string copy = sim.call("CopySnapshot", params).at("//snapshotId");
  EXPECT_NEAR(seconds_until_completed(sim, copy), 61, 1) << "all that is in it, not what changed";
  EXPECT_EQ(status_of(sim, copy, "tagSet/item/key"), "");
  ParamMap mars = params;
  mars["SourceRegion"] = "mars";
  EXPECT_EQ(sim.call("CopySnapshot", mars).error(), "InvalidParameterValue");
}

// State files from before this account was kept say nothing of what is written.
TEST(SimSnapshotTest, AnOlderStateFileIsLoadedAndCountsHalfOfTheSize) {
  Sim sim(Profile::realistic);
  const std::string volume = sim.make_volume();
  sim.advance(2s);
  const std::string earlier = take(sim, volume);
  sim.advance(1min);
  Json old = sim.core().save();
  Json& tables = old["tables"]["us-east-1"];
  for (Json* each : {&tables["volume"][volume], &tables["snapshot"][earlier]}) {
    each->erase("_used_mib");
    each->erase("_held_seconds");
  }
  ASSERT_TRUE(sim.core().load(old));
  EXPECT_NEAR(seconds_until_completed(sim, take(sim, volume)), 61, 1);
}

}  // namespace
}  // namespace ec2spotter::sim
