// Keys of KMS that EC2 cannot use, and what becomes of volumes, snapshots and instances then.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kKey = "alias/web";
constexpr const char* kAccessError = "Given key ID is not accessible";

class SimEncryptionTest : public testing::Test {
 protected:
  SimEncryptionTest() {
    const char* id = "11111111-2222-3333-4444-555555555555";
    EXPECT_TRUE(sim_.core().seed({{"keys", {{{"key_id", id}, {"alias", kKey}}}}}));
  }

  void set_key(const char* state) { sim_.control("key", {{"key", kKey}, {"state", state}}); }
  std::string make_encrypted() {
    return sim_
        .call(
            "CreateVolume",
            {{"AvailabilityZone", kZone}, {"Size", "8"}, {"Encrypted", "true"}, {"KmsKeyId", kKey}})
        .at("//volumeId");
  }
  std::string snapshot_of(const std::string& volume) {
    return sim_.call("CreateSnapshot", {{"VolumeId", volume}}).at("//snapshotId");
  }
  std::string show(const std::string& snapshot, const std::string& what) {
    return sim_.call("DescribeSnapshots", {{"SnapshotId.1", snapshot}})
        .at("//snapshotSet/item/" + what);
  }
  bool exists(const std::string& volume) {
    return sim_.call("DescribeVolumes", {{"VolumeId.1", volume}}).error().empty();
  }
  std::string reason_of(const std::string& instance) {
    return sim_.call("DescribeInstances", {{"InstanceId.1", instance}}).at("//stateReason/message");
  }

  Sim sim_;
};

TEST_F(SimEncryptionTest, AVolumeUnderAKeyThatEc2CannotUseDisappears) {
  for (const char* state : {"disabled", "denied"}) {
    set_key("enabled");
    const std::string good = make_encrypted();
    EXPECT_TRUE(exists(good));
    const std::string snapshot = snapshot_of(good);
    set_key(state);
    EXPECT_FALSE(exists(make_encrypted())) << state;
    const Reply other_key = sim_.call("CreateVolume", {{"AvailabilityZone", kZone},
                                                       {"SnapshotId", snapshot},
                                                       {"Encrypted", "true"},
                                                       {"KmsKeyId", "alias/aws/ebs"}});
    EXPECT_EQ(other_key.error(), "");
    EXPECT_FALSE(exists(other_key.at("//volumeId"))) << "its snapshot cannot be read";
    EXPECT_TRUE(exists(good)) << "what is there stays";
  }
}

TEST_F(SimEncryptionTest, ASnapshotEndsInErrorAndSaysWhy) {
  const std::string volume = make_encrypted();
  set_key("disabled");
  const std::string snapshot = snapshot_of(volume);
  EXPECT_EQ(show(snapshot, "status"), "error");
  EXPECT_EQ(show(snapshot, "statusMessage"), kAccessError);
  EXPECT_EQ(
      sim_.call("CreateVolume", {{"AvailabilityZone", kZone}, {"SnapshotId", snapshot}}).error(),
      "IncorrectState");
  EXPECT_EQ(sim_.call("DeleteSnapshot", {{"SnapshotId", snapshot}}).error(), "");
}

TEST_F(SimEncryptionTest, ACopyUnderAKeyOfAnotherRegionEndsInError) {
  const ParamMap copy{{"SourceRegion", "us-east-1"},
                      {"SourceSnapshotId", "snap-0aaaaaaaaaaaaaaa1"},
                      {"Encrypted", "true"},
                      {"KmsKeyId", kKey}};
  const std::string here = sim_.call("CopySnapshot", copy).at("//snapshotId");
  EXPECT_EQ(show(here, "status"), "completed");
  const std::string there = sim_.call("CopySnapshot", copy, "us-west-2").at("//snapshotId");
  const Reply shown = sim_.call("DescribeSnapshots", {{"SnapshotId.1", there}}, "us-west-2");
  EXPECT_EQ(shown.at("//snapshotSet/item/status"), "error");
  EXPECT_EQ(shown.at("//statusMessage"), kAccessError);
}

TEST_F(SimEncryptionTest, AVolumeIsNotAttachedToARunningInstance) {
  const std::string volume = make_encrypted();
  const std::string instance = sim_.run();
  set_key("denied");
  EXPECT_EQ(sim_.attach({.volume = volume, .instance = instance}).error(),
            "CustomerKeyHasBeenRevoked");
  set_key("enabled");
  EXPECT_EQ(sim_.attach({.volume = volume, .instance = instance}).error(), "");
}

TEST_F(SimEncryptionTest, ANewInstanceEndsAndAStoppedOneIsStoppedAgain) {
  const ParamMap encrypted{{"BlockDeviceMapping.1.DeviceName", "/dev/xvda"},
                           {"BlockDeviceMapping.1.Ebs.Encrypted", "true"},
                           {"BlockDeviceMapping.1.Ebs.KmsKeyId", kKey}};
  const std::string instance = sim_.run(encrypted);
  sim_.stop(instance);
  for (const auto& [state, why] :
       {std::pair{"disabled",
                  "Client.InvalidKMSKey.InvalidState: The KMS key provided is in an "
                  "incorrect state"},
        {"denied", "Client.InternalError: Client error on launch"}}) {
    set_key(state);
    EXPECT_EQ(sim_.call("StartInstances", {{"InstanceId.1", instance}}).error(), "");
    sim_.advance(2s);
    EXPECT_EQ(sim_.instance_state(instance), "stopped");
    EXPECT_EQ(reason_of(instance), why);
    const std::string other = sim_.call("RunInstances", run_params(encrypted)).at("//instanceId");
    sim_.advance(2s);
    EXPECT_EQ(sim_.instance_state(other), "terminated");
    EXPECT_EQ(reason_of(other), why);
  }
  set_key("enabled");
  sim_.call("StartInstances", {{"InstanceId.1", instance}});
  sim_.advance(2s);
  EXPECT_EQ(sim_.instance_state(instance), "running");
  set_key("disabled");
  EXPECT_TRUE(sim_.core().load(sim_.core().save()));
  sim_.advance(2s);
  EXPECT_EQ(sim_.instance_state(instance), "running") << "what runs has its key";
}

TEST_F(SimEncryptionTest, TheControlCallSaysWhatIsWrong) {
  for (const Json& body :
       {Json{{"key", "alias/none"}, {"state", "disabled"}},
        Json{{"key", "alias/aws/ebs"}, {"state", "disabled"}},
        Json{{"key", kKey}, {"state", "lost"}},
        Json{{"key", kKey}, {"state", "disabled"}, {"region", "mars"}}, Json{{"key", kKey}}}) {
    EXPECT_FALSE(sim_.core().control("key", body)) << body.dump();
  }
}

}  // namespace
}  // namespace ec2spotter::sim
