// The executor's own checks, against an EC2 that answers as it is told.
#include "control/act/execute.hpp"

#include <gtest/gtest.h>

#include "told_ec2.hpp"

namespace ec2spotter {
namespace {

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
const VolumeId kVolume("vol-00000000000000001");
const InstanceId kOther("i-00000000000000002");

class ExecuteTest : public testing::Test {
 protected:
  ExecuteTest() {
    machine.name = MachineName("web");
    machine.owner = OwnerId("default");
    machine.volume.id = kVolume;
    machine.image = "ami-1";
    machine.types = {"t3.small"};
    seen.bodies = {ToldEc2::a_body(kBody)};
    ec2.instances = seen.bodies;
    Volume volume;
    volume.id = kVolume;
    ec2.volumes = {volume};
  }

  Result<void> run(const Step& step) { return execute(machine, step, seen, ec2, memory, kNow); }
  // It has changed since it was planned: the next look decides.
  void expect_outdated(const Step& step, const std::string& rule) {
    expect_refused(step, rule, Errc::wrong_state);
  }
  void expect_refused(const Step& step, const std::string& rule, Errc code = Errc::refused) {
    const auto refused = run(step);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code);
    EXPECT_NE(refused.error().message.find(rule), std::string::npos) << refused.error().message;
    EXPECT_TRUE(ec2.calls.empty()) << ec2.calls.front();
  }

  Machine machine;
  Observation seen;
  ToldEc2 ec2;
  Memory memory;
};

const step::AttachRoot kAttach{.volume = kVolume, .instance = kBody, .device = "/dev/sdf"};
const step::LaunchBody kLaunch{
    .pool = {"t3.small", "us-east-1a", Market::spot}, .volume = kVolume, .client_token = "token"};

TEST_F(ExecuteTest, LooksAgainBeforeItAttaches) {
  ASSERT_TRUE(run(kAttach));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"attach " + kBody.str()}));
  EXPECT_EQ(memory.attach_sent.at(kBody), kNow);

  // Somebody was faster since the observation.
  ec2.calls.clear();
  ec2.volumes[0].attachments = {{.instance = kOther, .device = "/dev/sdf"}};
  expect_outdated(kAttach, "rule S1");

  // Our own earlier call did work.
  ec2.volumes[0].attachments[0].instance = kBody;
  EXPECT_TRUE(run(kAttach));
  EXPECT_TRUE(ec2.calls.empty());
}

class ExecuteDataTest : public ExecuteTest {
 protected:
  ExecuteDataTest() {
    Volume& data = ec2.volumes[0];
    data.id = kData;
    data.state = VolumeState::available;
    data.tags = {{"ec2spotter:machine", "web"},
                 {"ec2spotter:owner", "default"},
                 {"ec2spotter:role", "data"},
                 {"ec2spotter:volume", kData.str()}};
  }
  Volume& data() { return ec2.volumes[0]; }

  const VolumeId kData{"vol-0000000000000000d"};
  const step::AttachData kGive{.volume = kData, .instance = kBody, .device = "/dev/sdg"};
  const step::AdoptData kTake{.volume = kData};
};

TEST_F(ExecuteDataTest, LooksAgainBeforeItAttachesADataVolume) {
  ASSERT_TRUE(run(kGive));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"attach " + kBody.str()}));

  ec2.calls.clear();
  data().attachments = {{.instance = kOther, .device = "/dev/sdg"}};
  expect_outdated(kGive, "rule S1");
  data().attachments[0].instance = kBody;
  EXPECT_TRUE(run(kGive)) << "our own earlier call did work";
  EXPECT_TRUE(ec2.calls.empty());
}

TEST_F(ExecuteDataTest, AttachesOnlyWhatCarriesTheTagsOfTheMachinesData) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"ec2spotter:machine", "other"},
                                                        {"ec2spotter:owner", "somebody"},
                                                        {"ec2spotter:role", "root"},
                                                        {"ec2spotter:volume", "vol-2"}}) {
    const Tags before = data().tags;
    data().tags[key] = value;
    expect_refused(kGive, "rule S4");
    data().tags = before;
  }
  data().multi_attach = true;
  expect_refused(kGive, "rule S4");
  expect_refused(step::AttachData{kData, kOther, "/dev/sdg"}, "rule S4");
}

TEST_F(ExecuteDataTest, NoInstanceGetsDataWhoseContentMovesOrHasMoved) {
  Volume root;
  root.id = kVolume;
  root.tags = {{"ec2spotter:machine", "web"},
               {"ec2spotter:owner", "default"},
               {"ec2spotter:role", "root"},
               {"ec2spotter:move", "2 us-east-1b 2026-11-24T00:00:00Z"}};
  ec2.volumes.push_back(root);
  expect_outdated(kGive, "rule S2");

  ec2.volumes[1].tags.erase("ec2spotter:move");
  Volume copy = data();
  copy.id = VolumeId("vol-3");
  copy.tags["ec2spotter:volume"] = "vol-3";
  copy.tags["ec2spotter:origin"] = kData.str();
  copy.tags["ec2spotter:generation"] = "2";
  ec2.volumes.push_back(copy);
  EXPECT_TRUE(run(kGive)) << "the copy is not committed yet";
  ec2.calls.clear();
  ec2.volumes[1].tags["ec2spotter:generation"] = "2";
  expect_outdated(kGive, "rule S2");
  data().tags["ec2spotter:generation"] = "3";
  expect_outdated(kGive, "rule S2");
}

TEST_F(ExecuteDataTest, TagsADataVolume) {
  data().tags.clear();
  ASSERT_TRUE(run(kTake));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag " + kData.str()}));
  EXPECT_EQ(ec2.last_tags, (Tags{{"ec2spotter:machine", "web"},
                                 {"ec2spotter:owner", "default"},
                                 {"ec2spotter:role", "data"},
                                 {"ec2spotter:state", "current"},
                                 {"ec2spotter:volume", kData.str()}}));
}

TEST_F(ExecuteDataTest, TagsNoVolumeThatIsSomebodyElses) {
  data().tags["ec2spotter:owner"] = "somebody";
  expect_refused(kTake, "rule S4");
  data().tags.clear();
  data().attachments = {{.instance = kOther, .device = "/dev/sdg"}};
  expect_refused(kTake, "rule S4");
  data().attachments.clear();
  data().tags = {{"ec2spotter:role", "root"}};
  expect_refused(kTake, "rule S4");
}

TEST_F(ExecuteTest, TouchesOnlyBodiesThatCarryOurTags) {
  for (const Step& step :
       {Step(step::AttachRoot{kVolume, kOther, "/dev/sdf"}), Step(step::TerminateBody{kOther}),
        Step(step::MarkRoot{kOther, RootMark::up}), Step(step::DetachRoot{kVolume, kOther}),
        Step(step::ProtectRoot{kVolume, kOther, "/dev/sdf"}),
        Step(step::MoveAddress{AllocationId("eipalloc-1"), kOther})}) {
    expect_refused(step, "rule S4");
  }
  seen.bodies[0].tags[std::string(tag::kOwner)] = "somebody";
  expect_refused(step::TerminateBody{kBody}, "rule S4");
}

TEST_F(ExecuteTest, TheMarkOfABodyGivesItItsOwnNamesInTheSameCall) {
  seen.bodies[0].tags[std::string(tag::kBodyOf)] = kVolume.str();
  ASSERT_TRUE(run(step::MarkRoot{kBody, RootMark::up}));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag " + kBody.str()}));
  EXPECT_EQ(ec2.last_tags, (Tags{{"Name", "web"},
                                 {"ec2spotter:machine", "web"},
                                 {"ec2spotter:instance-of", kVolume.str()},
                                 {"ec2spotter:root", "up"}}));

  machine.instance_name = "the web server";
  ASSERT_TRUE(run(step::MarkRoot{kBody, RootMark::silent}));
  EXPECT_EQ(ec2.last_tags.at("Name"), "the web server");
  EXPECT_EQ(ec2.last_tags.at("ec2spotter:root"), "silent");
  EXPECT_EQ(ec2.last_tags.count("ec2spotter:lacks-loader"), 0U);
  ASSERT_TRUE(run(step::MarkRoot{kBody, RootMark::silent, true}));
  EXPECT_EQ(ec2.last_tags.at("ec2spotter:lacks-loader"), "true");
}

TEST_F(ExecuteTest, NeverTerminatesABodyThatWouldTakeTheRootWithIt) {
  seen.volumes = {ec2.volumes.front()};
  ec2.instances[0].block_devices = {
      {.device = "/dev/xvda", .volume = VolumeId("vol-2"), .delete_on_termination = true},
      {.device = "/dev/sdf", .volume = kVolume, .delete_on_termination = true}};
  expect_outdated(step::TerminateBody{kBody}, "rule S3");

  ec2.instances[0].block_devices[1].delete_on_termination = false;
  EXPECT_TRUE(run(step::TerminateBody{kBody}));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"terminate " + kBody.str()}));
}

TEST_F(ExecuteTest, NeverTerminatesABodyThatWouldTakeTheRootWithItAsItsOwnRootDisk) {
  seen.volumes = ec2.volumes;
  ec2.instances[0].block_devices = {
      {.device = "/dev/xvda", .volume = kVolume, .delete_on_termination = true}};
  expect_outdated(step::TerminateBody{kBody}, "rule S3");
}

// Rule S3: what is not the image's is made to outlive the body, which is looked at before it ends.
TEST_F(ExecuteTest, ADiskThatIsNotTheImagesIsMadeToOutliveTheBody) {
  ec2.volumes = {Volume{}};
  ec2.volumes[0].id = VolumeId("vol-9");
  ec2.instances[0].block_devices = {
      {.device = "/dev/sdg", .volume = VolumeId("vol-9"), .delete_on_termination = true}};
  const auto early = run(step::TerminateBody{kBody});
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::wrong_state);
  ec2.instances[0].block_devices[0].delete_on_termination = false;
  EXPECT_TRUE(run(step::TerminateBody{kBody}));
}

TEST_F(ExecuteTest, ADiskOfTheImageGoesWithTheBody) {
  ec2.volumes = {Volume{}};
  ec2.volumes[0].id = VolumeId("vol-9");
  ec2.volumes[0].tags = {{"ec2spotter:role", "instance"},
                         {"ec2spotter:owner", machine.owner.str()}};
  ec2.instances[0].block_devices = {
      {.device = "/dev/sdb", .volume = VolumeId("vol-9"), .delete_on_termination = true}};
  EXPECT_TRUE(run(step::TerminateBody{kBody}));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"terminate " + kBody.str()}));
}

TEST_F(ExecuteTest, APersistentRequestIsCancelledBeforeItsBodyEnds) {
  seen.bodies[0].tags["ec2spotter:engine"] = "swap";
  seen.bodies[0].spot_request = SpotRequestId("sir-1");
  ASSERT_TRUE(run(step::TerminateBody{kBody}));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"cancel sir-1", "terminate " + kBody.str()}));
}

TEST_F(ExecuteTest, StopsNoBodyThatHasGotTheRootMeanwhile) {
  seen.volumes = ec2.volumes;
  ec2.instances[0].block_devices = {{.device = "/dev/sdf", .volume = kVolume}};
  expect_outdated(step::StopBody{kBody}, "rule S7");
  ec2.instances[0].block_devices.clear();
  EXPECT_TRUE(run(step::StopBody{kBody}));
}

TEST_F(ExecuteTest, StartsABodyOnlyWithTheRootInPlace) {
  const step::StartBody start{kBody, kLaunch.pool, kVolume};
  EXPECT_EQ(run(start).error().code, Errc::wrong_state);
  EXPECT_TRUE(ec2.calls.empty());
  ec2.instances[0].block_devices = {
      {.device = "/dev/xvda", .volume = kVolume, .state = AttachmentState::attached}};
  ASSERT_TRUE(run(start));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"start " + kBody.str()}));

  ec2.launch_error = Error{.code = Errc::no_capacity, .message = "none left"};
  ASSERT_TRUE(run(start)) << "the planner goes on with it";
  EXPECT_TRUE(memory.closed_pools.contains(kLaunch.pool));
  EXPECT_EQ(ec2.last_tags.at("ec2spotter:root"), "silent");
}

TEST_F(ExecuteTest, DeletesNothingButADiskThatCameWithABody) {
  const VolumeId disk("vol-0000000000000000a");
  seen.volumes = ec2.volumes;
  const step::DeleteImageDisk step{disk, kBody};
  const Tags of_body{{"ec2spotter:role", "instance"}, {"ec2spotter:owner", "default"}};
  for (const auto& [id, tags] :
       {std::pair(disk, Tags{}),
        {disk, Tags{{"ec2spotter:role", "instance"}}},
        {disk, Tags{{"ec2spotter:role", "root"}, {"ec2spotter:owner", "default"}}},
        {kVolume, of_body}}) {
    ec2.volumes[0].id = id;
    ec2.volumes[0].tags = tags;
    expect_refused(step::DeleteImageDisk{id, kBody}, "rule S3");
  }
  ec2.volumes[0].id = disk;
  ec2.volumes[0].tags = of_body;
  ASSERT_TRUE(run(step));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"delete " + disk.str(), "tag " + kBody.str()}));
  EXPECT_EQ(ec2.last_tags.at("ec2spotter:image-disk"), "gone");

  ec2.calls.clear();
  ec2.volumes.clear();
  ASSERT_TRUE(run(step)) << "an earlier call did work";
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag " + kBody.str()}));
}

TEST_F(ExecuteTest, CancelsOnlyOurOwnRequests) {
  seen.requests.resize(1);
  seen.requests[0].id = SpotRequestId("sir-1");
  expect_refused(step::CancelRequest{SpotRequestId("sir-1")}, "rule S4");
  seen.requests[0].tags = {{"ec2spotter:machine", "web"}, {"ec2spotter:owner", "default"}};
  EXPECT_TRUE(run(step::CancelRequest{SpotRequestId("sir-1")}));
}

TEST_F(ExecuteTest, AdoptsOnlyWhatARequestOfOursHasLaunched) {
  seen.requests.resize(1);
  seen.requests[0].id = SpotRequestId("sir-1");
  const step::AdoptBody step{kOther, SpotRequestId("sir-1")};
  ec2.instances[0].id = kOther;
  ec2.instances[0].spot_request = SpotRequestId("sir-1");
  ec2.instances[0].tags.clear();
  expect_refused(step, "rule S4");
  seen.requests[0].tags = {{"ec2spotter:machine", "web"}, {"ec2spotter:owner", "default"}};
  ASSERT_TRUE(run(step));
  EXPECT_EQ(ec2.last_tags, seen.requests[0].tags);

  ec2.calls.clear();
  ec2.instances[0].tags = {{"ec2spotter:owner", "somebody"}};
  expect_refused(step, "rule S4");
  ec2.instances[0].tags.clear();
  ec2.instances[0].spot_request = SpotRequestId("sir-2");
  expect_refused(step, "rule S4");
}

TEST_F(ExecuteTest, ARootFromTheMarketplaceGetsAnotherEngineWhereTheFileLeavesThatOpen) {
  ec2.attach_error = Error{.code = Errc::wrong_state,
                           .message =
                               "'vol-1' with Marketplace codes may not be attached as a "
                               "secondary device.",
                           .api_code = "OperationNotPermitted"};
  seen.volumes = ec2.volumes;
  ASSERT_TRUE(run(kAttach));
  EXPECT_EQ(ec2.last_tags,
            (Tags{{"ec2spotter:engine", "swap"}, {"ec2spotter:engine-because", "marketplace"}}))
      << "the image has no product codes";
  seen.bodies[0].product_codes = {"abc"};
  ASSERT_TRUE(run(kAttach));
  EXPECT_EQ(ec2.last_tags["ec2spotter:engine"], "replace");
  machine.engine = Engine::kexec;
  EXPECT_FALSE(run(kAttach));
}

TEST_F(ExecuteTest, DetachesOnlyFromABodyThatIsStillStopped) {
  expect_outdated(step::DetachRoot{kVolume, kBody}, "rule S7");
  ec2.instances[0].state = InstanceState::stopped;
  EXPECT_TRUE(run(step::DetachRoot{kVolume, kBody}));
}

TEST_F(ExecuteTest, APoolWithoutCapacityIsClosedForAWhileAndIsNoFailure) {
  ec2.launch_error = Error{.code = Errc::no_capacity,
                           .message = "none left",
                           .api_code = "InsufficientInstanceCapacity"};
  ASSERT_TRUE(run(kLaunch));
  ASSERT_TRUE(memory.closed_pools.contains(kLaunch.pool));
  EXPECT_GT(memory.closed_pools[kLaunch.pool].until, kNow);
  EXPECT_NE(memory.closed_pools[kLaunch.pool].why.find("none left"), std::string::npos);
}

TEST_F(ExecuteTest, ASpentClientTokenIsNotUsedAgain) {
  ec2.launch_error = Error{
      .code = Errc::wrong_state, .message = "ended", .api_code = "IdempotentInstanceTerminated"};
  ASSERT_TRUE(run(kLaunch));
  EXPECT_EQ(memory.launch_attempt, 1);
}

TEST_F(ExecuteTest, ALaunchedBodyIsRememberedUntilEc2ShowsIt) {
  ASSERT_TRUE(run(kLaunch));
  EXPECT_TRUE(memory.launched.contains(kBody));
}

TEST_F(ExecuteTest, ResolvesTheImageAndTheGroups) {
  machine.image = "resolve:ssm:/aws/service/debian";
  machine.security_groups = {"web", "sg-2"};
  ASSERT_TRUE(run(kLaunch));
  EXPECT_EQ(ec2.calls.front(), "run ami-of/aws/service/debian token");

  machine.security_groups = {"wbe"};
  const auto refused = run(kLaunch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_NE(refused.error().message.find("0 security groups are named 'wbe'"), std::string::npos);
}

const AllocationId kAddress("eipalloc-1");

// The address is at another body of the machine.
Address an_address() {
  return {.id = kAddress,
          .association = AssociationId("eipassoc-1"),
          .public_ip = "192.0.2.1",
          .instance = kOther,
          .network_interface = InterfaceId("eni-1"),
          .tags = {}};
}

TEST_F(ExecuteTest, TheAddressIsTakenFromTheOldBodyByItsAssociation) {
  seen.bodies.push_back(seen.bodies.front());
  seen.bodies.back().id = kOther;
  ec2.addresses = {an_address()};
  ASSERT_TRUE(run(step::MoveAddress{.address = kAddress, .instance = kBody}));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag eipalloc-1", "disassociate eipassoc-1",
                                                 "associate " + kBody.str()}));
}

TEST_F(ExecuteTest, AnAddressThatIsThereAlreadyIsNotMovedAgain) {
  ec2.addresses = {an_address()};
  ec2.addresses[0].instance = kBody;
  ASSERT_TRUE(run(step::MoveAddress{.address = kAddress, .instance = kBody}));
  EXPECT_TRUE(ec2.calls.empty());
}

// Rule S4: what others use or own is looked for just before the call.
TEST_F(ExecuteTest, AnAddressThatSomebodyElseHasIsLeftAlone) {
  const auto refuses = [&](Address address) {
    ec2.addresses = {std::move(address)};
    for (const Step& step : {Step(step::MoveAddress{.address = kAddress, .instance = kBody}),
                             Step(step::AdoptAddress{.address = kAddress})}) {
      const auto done = run(step);
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().code, Errc::refused);
      EXPECT_NE(done.error().message.find("rule S4"), std::string::npos);
    }
    EXPECT_TRUE(ec2.calls.empty());
  };
  refuses(an_address());  // at an instance that is no body of ours
  Address appliance = an_address();
  appliance.instance = {};
  refuses(appliance);
  Address free_one = an_address();
  free_one.instance = {};
  free_one.association = {};
  free_one.network_interface = {};
  free_one.tags = {{"ec2spotter:machine", "web"}, {"ec2spotter:owner", "somebody"}};
  refuses(free_one);
  free_one.tags = {{"ec2spotter:machine", "other"}, {"ec2spotter:owner", "default"}};
  refuses(free_one);
}

}  // namespace
}  // namespace ec2spotter
