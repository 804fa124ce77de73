// CreateReplaceRootVolumeTask and DescribeReplaceRootVolumeTasks.
#include "replace_root.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

TEST_F(SimReplaceRootTest, TheVolumeBecomesTheRootOfTheSameInstance) {
  const std::string address = of_instance("ipAddress");
  const std::string interface = of_instance("networkInterfaceId");

  const std::string task = begun();

  EXPECT_TRUE(task.starts_with("replacevol-"));
  EXPECT_EQ(state(task), "succeeded");
  EXPECT_EQ(of_task(task, "instanceId"), instance_);
  EXPECT_EQ(of_task(task, "volumeId"), volume_);
  EXPECT_EQ(of_task(task, "deleteReplacedRootVolume"), "false");
  EXPECT_EQ(root(), volume_);
  EXPECT_EQ(of_root("status"), "attached");
  EXPECT_EQ(sim().volume_status(volume_), "in-use");
  EXPECT_EQ(sim().attachment_status(volume_), "attached");
  EXPECT_EQ(sim().volume_status(old_root_), "available");
  EXPECT_EQ(sim().instance_state(instance_), "running");
  EXPECT_EQ(of_instance("ipAddress"), address);
  EXPECT_EQ(of_instance("networkInterfaceId"), interface);
}

TEST_F(SimReplaceRootTest, TakesItsTimeAndShowsTheVolumeAsAvailableUntilTheExchange) {
  begin(Profile::realistic);
  const std::string task = begun();
  sim().advance(1s);
  EXPECT_EQ(state(task), "pending");
  EXPECT_EQ(of_task(task, "completeTime"), "");
  sim().advance(10s);
  EXPECT_EQ(state(task), "in-progress");
  sim().advance(50s);
  EXPECT_EQ(sim().volume_status(volume_), "available");
  EXPECT_EQ(root(), old_root_);
  EXPECT_EQ(sim().instance_state(instance_), "running");
  sim().advance(10s);
  EXPECT_EQ(state(task), "in-progress");
  EXPECT_EQ(sim().volume_status(volume_), "in-use");
  EXPECT_EQ(root(), volume_);
  sim().advance(51s);
  EXPECT_EQ(state(task), "succeeded");
  EXPECT_EQ(of_task(task, "startTime"), "2026-03-01T12:01:00Z");
  EXPECT_EQ(of_task(task, "completeTime"), "2026-03-01T12:03:00Z");
  EXPECT_EQ(sim().instance_state(instance_), "running");
}

TEST_F(SimReplaceRootTest, DeletesTheOldRootWhenItIsAskedTo) {
  EXPECT_EQ(
      create(
          {{"InstanceId", instance_}, {"VolumeId", volume_}, {"DeleteReplacedRootVolume", "true"}})
          .error(),
      "");
  EXPECT_EQ(root(), volume_);
  EXPECT_FALSE(is_there(old_root_));
}

TEST_F(SimReplaceRootTest, TheNewRootGoesWithTheInstanceUnlessEc2IsToldOtherwise) {
  begun();
  EXPECT_EQ(of_root("deleteOnTermination"), "true");
  sim().terminate(instance_);
  EXPECT_FALSE(is_there(volume_));

  begin(Profile::instant);
  sim().control("replacement", {{"delete_on_termination", false}});
  begun();
  EXPECT_EQ(of_root("deleteOnTermination"), "false");
  sim().terminate(instance_);
  EXPECT_EQ(sim().volume_status(volume_), "available");
}

TEST_F(SimReplaceRootTest, TheSeedChoosesWhetherTheNewRootGoes) {
  ASSERT_TRUE(sim().core().seed({{"replacement", {{"delete_on_termination", false}}}}));
  begun();
  EXPECT_EQ(of_root("deleteOnTermination"), "false");
}

TEST_F(SimReplaceRootTest, AFailedTaskLeavesTheOldRoot) {
  begin(Profile::realistic);
  fail_next("task_fails");
  const std::string task = begun();
  sim().advance(70s);
  EXPECT_EQ(state(task), "failing");
  EXPECT_EQ(root(), old_root_);
  sim().advance(1min);
  EXPECT_EQ(state(task), "failed");
  EXPECT_NE(of_task(task, "completeTime"), "");
  EXPECT_EQ(sim().volume_status(volume_), "available");
  EXPECT_EQ(sim().volume_status(old_root_), "in-use");
  EXPECT_EQ(sim().instance_state(instance_), "running");
  begun();  // the fault has struck once
  sim().advance(3min);
  EXPECT_EQ(root(), volume_);
}

TEST_F(SimReplaceRootTest, ATaskThatFailsDetachedLeavesAnInstanceThatCanOnlyBeTerminated) {
  begin(Profile::realistic);
  sim().control("fault", {{"kind", "task_fails_detached"}, {"instance_id", instance_}});
  const std::string task = begun();
  sim().advance(70s);
  EXPECT_EQ(state(task), "failing-detached");
  sim().advance(1min);
  EXPECT_EQ(state(task), "failed-detached");
  EXPECT_EQ(root(), "");
  EXPECT_EQ(sim().volume_status(volume_), "available");
  EXPECT_EQ(sim().volume_status(old_root_), "available");
  EXPECT_EQ(sim().instance_state(instance_), "running");
  sim().advance(5min);
  EXPECT_EQ(sim()
                .call("DescribeInstanceStatus", {{"InstanceId.1", instance_}})
                .at("//instanceStatus/status"),
            "impaired");
  for (const char* action : {"StopInstances", "RebootInstances"}) {
    EXPECT_EQ(sim().call(action, {{"InstanceId.1", instance_}}).error(), "IncorrectInstanceState");
  }
  EXPECT_EQ(create().error(), "IncorrectState");
  EXPECT_EQ(sim().call("TerminateInstances", {{"InstanceId.1", instance_}}).error(), "");
  sim().advance(5min);
  EXPECT_EQ(sim().instance_state(instance_), "terminated");
}

TEST_F(SimReplaceRootTest, AFaultMayStrikeTheTasksOfOneInstanceAlone) {
  sim().control("fault",
                {{"kind", "task_fails"}, {"count", 0}, {"instance_id", "i-0bbbbbbbbbbbbbbb1"}});
  EXPECT_EQ(state(begun()), "succeeded");
  EXPECT_FALSE(sim().core().control("fault", {{"kind", "task_fails"}, {"action", "RunInstances"}}));
}

TEST_F(SimReplaceRootTest, TheGuestStartsFromTheNewRootWithAllOtherDisks) {
  begin(Profile::realistic);
  begun();
  sim().advance(10s);
  // The guest has shut down, so that nobody takes the disk now.
  const std::string data = sim().make_volume();
  sim().advance(5s);
  EXPECT_EQ(sim().attach({.volume = data, .instance = instance_}).error(), "");
  EXPECT_TRUE(sim().bodies().plugs.empty());
  EXPECT_TRUE(sim().bodies().restarts.empty());
  sim().advance(1min);
  ASSERT_EQ(sim().bodies().restarts.size(), 1U);
  const BodySpec& spec = sim().bodies().restarts[0];
  ASSERT_EQ(spec.disks.size(), 2U);
  EXPECT_EQ(spec.disks[0].volume_id, volume_);
  EXPECT_EQ(spec.disks[0].device, spec.root_device);
  EXPECT_EQ(spec.disks[1].volume_id, data);
}

TEST_F(SimReplaceRootTest, AGuestThatDoesNotHearThePowerButtonIsCutOffAfterFourMinutes) {
  begin(Profile::realistic);
  sim().bodies().deaf = true;
  const std::string task = begun();
  sim().advance(5s + 245s + 39s);
  EXPECT_EQ(root(), old_root_);
  sim().advance(2s);
  EXPECT_EQ(root(), volume_);
  sim().advance(55s);
  EXPECT_EQ(state(task), "succeeded");
}

TEST_F(SimReplaceRootTest, ADiskThatTheGuestWasToGiveBackIsFreeWhenItsPowerIsCut) {
  begin(Profile::realistic);
  const std::string data = sim().make_volume();
  sim().advance(5s);
  sim().attach({.volume = data, .instance = instance_});
  sim().advance(5s);
  sim().bodies().deaf = true;
  begun();
  sim().advance(20s);
  EXPECT_EQ(sim().call("DetachVolume", {{"VolumeId", data}}).error(), "");
  sim().advance(20s);
  EXPECT_EQ(sim().volume_status(data), "in-use");
  sim().advance(4min);
  EXPECT_EQ(sim().volume_status(data), "available");
  ASSERT_EQ(sim().bodies().restarts.size(), 0U);
  sim().advance(1min);
  EXPECT_EQ(sim().bodies().restarts.at(0).disks.size(), 1U);
}

TEST_F(SimReplaceRootTest, AnInstanceWhoseNewRootDoesNotBootRunsOn) {
  begin(Profile::realistic);
  const std::string task = begun();
  sim().advance(70s);
  sim().core().report(BodyFailed{instance_, "no kernel on the disk"});
  sim().advance(2min);
  EXPECT_EQ(state(task), "succeeded");
  EXPECT_EQ(sim().instance_state(instance_), "running");
  EXPECT_EQ(root(), volume_);
  const Reply status = sim().call("DescribeInstanceStatus", {{"InstanceId.1", instance_}});
  EXPECT_EQ(status.at("//instanceStatus/status"), "impaired");
}

TEST_F(SimReplaceRootTest, AGuestThatPowersItselfOffLaterStopsItsInstance) {
  begun();
  sim().advance(10s);
  sim().core().report(GuestPoweredOff{instance_});
  sim().advance(1s);
  EXPECT_EQ(sim().instance_state(instance_), "stopped");
  EXPECT_EQ(sim().call("StartInstances", {{"InstanceId.1", instance_}}).error(), "");
  EXPECT_EQ(sim().instance_state(instance_), "running");
  EXPECT_EQ(root(), volume_);
}

TEST_F(SimReplaceRootTest, TheCheckOfTheGuestBeginsAsAfterAReboot) {
  sim().control("status",
                {{"instance_id", instance_}, {"check", "instance"}, {"status", "impaired"}});
  begin(Profile::realistic);
  sim().advance(5min);
  sim().control("status",
                {{"instance_id", instance_}, {"check", "instance"}, {"status", "impaired"}});
  begun();
  const auto check = [&] {
    return sim()
        .call("DescribeInstanceStatus", {{"InstanceId.1", instance_}})
        .at("//instanceStatus/status");
  };
  sim().advance(70s);
  EXPECT_EQ(check(), "initializing");
  sim().advance(2min);
  EXPECT_EQ(check(), "ok");
}

TEST_F(SimReplaceRootTest, AnInstanceThatEndsBeforeTheExchangeLeavesTheVolume) {
  begin(Profile::realistic);
  const std::string task = begun();
  sim().advance(30s);
  sim().call("TerminateInstances", {{"InstanceId.1", instance_}});
  sim().advance(1s);
  EXPECT_EQ(state(task), "failed");
  EXPECT_NE(of_task(task, "completeTime"), "");
  sim().advance(5min);
  EXPECT_EQ(sim().instance_state(instance_), "terminated");
  EXPECT_EQ(state(task), "failed");
  EXPECT_EQ(sim().volume_status(volume_), "available");
  EXPECT_FALSE(is_there(old_root_));
  sim().advance(1h);
  EXPECT_EQ(sim().call(kDescribe).all(std::string(kTaskItem) + "taskState").size(), 0U);
}

TEST_F(SimReplaceRootTest, AnInstanceThatEndsAfterTheExchangeTakesTheVolumeWithIt) {
  begin(Profile::realistic);
  instance_ = sim().run_spot();
  sim().advance(1min);
  const std::string task = begun();
  sim().advance(70s);
  EXPECT_EQ(root(), volume_);
  sim().control("reclaim", {{"instance_id", instance_}});
  sim().advance(1s);
  EXPECT_EQ(state(task), "failed");
  sim().advance(5min);
  EXPECT_FALSE(is_there(volume_));
}

TEST_F(SimReplaceRootTest, ASpotInstanceThatStopsInBetweenKeepsItsRoot) {
  begin(Profile::realistic);
  instance_ =
      sim().run_spot({{"InstanceMarketOptions.SpotOptions.SpotInstanceType", "persistent"},
                      {"InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior", "stop"}});
  sim().advance(1min);
  old_root_ = root();
  const std::string task = begun();
  sim().advance(30s);
  sim().set_spot_capacity(0);
  sim().control("reclaim", {{"instance_id", instance_}});
  sim().advance(1min);
  EXPECT_EQ(sim().instance_state(instance_), "stopped");
  EXPECT_EQ(state(task), "failed");
  sim().set_spot_capacity(-1);
  sim().advance(1min);
  EXPECT_EQ(sim().instance_state(instance_), "running");
  EXPECT_EQ(root(), old_root_);
  // It has a guest again.
  EXPECT_EQ(sim().call("RebootInstances", {{"InstanceId.1", instance_}}).error(), "");
}

TEST_F(SimReplaceRootTest, MakesTheRootFromASnapshotOfIt) {
  const std::string snapshot =
      sim().call("CreateSnapshot", {{"VolumeId", old_root_}}).at("//snapshotId");
  begin_again_from({{"SnapshotId", snapshot}, {"VolumeInitializationRate", "200"}});
  EXPECT_EQ(of_new_root("snapshotId"), snapshot);
  EXPECT_EQ(of_new_root("size"), "8");
  EXPECT_EQ(of_new_root("volumeInitializationRate"), "200");
  // The snapshot is of a root that the instance had.
  begin_again_from({{"SnapshotId", snapshot}});
}

TEST_F(SimReplaceRootTest, MakesTheRootFromAnImageOrAsItWasAtTheLaunch) {
  ASSERT_TRUE(
      sim().core().seed({{"snapshots", {{{"snapshot_id", "snap-2"}, {"size_gib", 20}}}},
                         {"images", {{{"image_id", "ami-2"}, {"snapshot_id", "snap-2"}}}}}));
  const std::string task = begin_again_from({{"ImageId", "ami-2"}});
  EXPECT_EQ(of_task(task, "imageId"), "ami-2");
  EXPECT_EQ(of_new_root("snapshotId"), "snap-2");
  EXPECT_EQ(of_new_root("size"), "20");
  begin_again_from({});
  EXPECT_EQ(of_new_root("snapshotId"), "snap-0aaaaaaaaaaaaaaa1");
  EXPECT_EQ(of_new_root("size"), "20");
}

TEST_F(SimReplaceRootTest, AVolumeThatWasMadeForAFailedTaskGoes) {
  begin(Profile::realistic);
  fail_next("task_fails");
  const auto volumes = [&] { return sim().call("DescribeVolumes").all("//volumeSet/item/status"); };
  const std::size_t before = volumes().size();
  create({{"InstanceId", instance_}});
  sim().advance(1s);
  ASSERT_EQ(volumes().size(), before + 1);
  sim().advance(3min);
  EXPECT_EQ(volumes().size(), before);
}

TEST_F(SimReplaceRootTest, AClientTokenHasItsThreeAnswers) {
  const ParamMap params{
      {"InstanceId", instance_}, {"VolumeId", volume_}, {"ClientToken", "a-token"}};
  const std::string id = "//replaceRootVolumeTaskId";
  const std::string task = create(params).at(id);
  EXPECT_EQ(create(params).at(id), task);
  ParamMap other = params;
  other["DeleteReplacedRootVolume"] = "true";
  EXPECT_EQ(create(other).error(), "IdempotentParameterMismatch");
  other = {{"InstanceId", instance_}, {"VolumeId", old_root_}, {"ClientToken", "another"}};
  const std::string second = create(other).at(id);
  EXPECT_NE(second, "");
  EXPECT_NE(second, task);
  EXPECT_EQ(root(), old_root_);
}

TEST_F(SimReplaceRootTest, ASimulatorThatRestartsGoesOnWithItsTasks) {
  for (const auto after : {1s, 10s, 30s, 70s}) {
    begin(Profile::realistic);
    const std::string task = begun();
    sim().advance(after);
    Sim later(Profile::realistic);
    ASSERT_TRUE(later.core().load(sim().core().save()));
    later.advance(6min);
    const Reply reply = later.call(kDescribe, {{"ReplaceRootVolumeTaskId.1", task}});
    EXPECT_EQ(reply.at(std::string(kTaskItem) + "taskState"), "succeeded") << after.count();
    EXPECT_EQ(later.instance_state(instance_), "running");
    EXPECT_EQ(later.volume_status(volume_), "in-use");
  }
}

TEST_F(SimReplaceRootTest, AStateWhoseTaskLacksAMemberIsRefused) {
  const std::string task = begun();
  Json saved = sim().core().save();
  saved["tables"]["us-east-1"]["replace-root-volume-task"][task].erase("deleteReplacedRootVolume");
  Sim later;
  EXPECT_FALSE(later.core().load(saved));
}

TEST_F(SimReplaceRootTest, AnInstanceWithoutARootOutlivesTheSimulator) {
  fail_next("task_fails_detached");
  begun();
  Sim later;
  ASSERT_TRUE(later.core().load(sim().core().save()));
  later.advance(1min);
  EXPECT_EQ(later.instance_state(instance_), "running");
  EXPECT_EQ(later.attach({.volume = volume_, .instance = instance_}).error(), "IncorrectState");
  later.terminate(instance_);
  EXPECT_EQ(later.instance_state(instance_), "terminated");
}

}  // namespace
}  // namespace ec2spotter::sim
