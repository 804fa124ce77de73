// CreateReplaceRootVolumeTask and DescribeReplaceRootVolumeTasks.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCreate = "CreateReplaceRootVolumeTask";
constexpr const char* kDescribe = "DescribeReplaceRootVolumeTasks";
constexpr const char* kTaskItem = "//replaceRootVolumeTaskSet/item/";

class SimReplaceRootTest : public testing::Test {
 protected:
  SimReplaceRootTest() { begin(Profile::instant); }

  void begin(Profile profile) {
    sim_.emplace(profile);
    instance_ = sim_->run();
    volume_ = sim_->make_volume();
    sim_->advance(1min);
    old_root_ = root();
  }
  Sim& sim() { return *sim_; }

  Reply create(ParamMap params) { return sim().call(kCreate, std::move(params)); }
  Reply create() { return create({{"InstanceId", instance_}, {"VolumeId", volume_}}); }
  // The id of a task that takes the volume, which the call must have begun.
  std::string begun() {
    const Reply reply = create();
    EXPECT_EQ(reply.error(), "");
    return reply.at("//replaceRootVolumeTask/replaceRootVolumeTaskId");
  }
  std::string of_task(const std::string& id, const std::string& member) {
    return sim().call(kDescribe, {{"ReplaceRootVolumeTaskId.1", id}}).at(kTaskItem + member);
  }
  std::string state(const std::string& id) { return of_task(id, "taskState"); }

  // What DescribeInstances says of the disk at the root's device name.
  std::string of_root(const std::string& member) {
    return sim()
        .call("DescribeInstances", {{"InstanceId.1", instance_}})
        .at("//blockDeviceMapping/item[deviceName='/dev/xvda']/ebs/" + member);
  }
  std::string root() { return of_root("volumeId"); }
  std::string of_instance(const std::string& member) {
    return sim().call("DescribeInstances", {{"InstanceId.1", instance_}}).at("//" + member);
  }
  bool is_there(const std::string& volume) {
    return sim().call("DescribeVolumes", {{"VolumeId.1", volume}}).error().empty();
  }
  void fail_next(const char* kind) { sim().control("fault", {{"kind", kind}}); }

  std::optional<Sim> sim_;
  std::string instance_, volume_, old_root_;
};

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

TEST_F(SimReplaceRootTest, RefusesAnInstanceThatDoesNotRun) {
  EXPECT_EQ(create({{"InstanceId", "i-0bbbbbbbbbbbbbbb1"}, {"VolumeId", volume_}}).error(),
            "InvalidInstanceID.NotFound");
  sim().stop(instance_);
  EXPECT_EQ(create().error(), "IncorrectInstanceState");
  // A dry run does not look at that.
  EXPECT_EQ(create({{"InstanceId", instance_}, {"VolumeId", volume_}, {"DryRun", "true"}}).error(),
            "DryRunOperation");
  EXPECT_EQ(sim().call(kDescribe).all(std::string(kTaskItem) + "taskState").size(), 0U);
}

TEST_F(SimReplaceRootTest, RefusesAVolumeThatIsNotFree) {
  EXPECT_EQ(create({{"InstanceId", instance_}, {"VolumeId", "vol-0bbbbbbbbbbbbbbb1"}}).error(),
            "InvalidVolume.NotFound");
  EXPECT_EQ(create({{"InstanceId", instance_}, {"VolumeId", old_root_}}).error(), "VolumeInUse");
  const std::string far = sim().make_volume("us-east-1b");
  EXPECT_EQ(create({{"InstanceId", instance_}, {"VolumeId", far}}).error(),
            "InvalidVolume.ZoneMismatch");
  begin(Profile::realistic);
  const std::string made = sim().make_volume();
  EXPECT_EQ(create({{"InstanceId", instance_}, {"VolumeId", made}}).error(), "IncorrectState");
}

}  // namespace
}  // namespace ec2spotter::sim
