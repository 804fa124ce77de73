// What the tests of replaced roots share: an instance, and a volume to become its root.
#pragma once

#include <optional>
#include <string>

#include "sim.hpp"

namespace ec2spotter::sim {

inline constexpr const char* kCreate = "CreateReplaceRootVolumeTask";
inline constexpr const char* kDescribe = "DescribeReplaceRootVolumeTasks";
inline constexpr const char* kTaskItem = "//replaceRootVolumeTaskSet/item/";

class SimReplaceRootTest : public testing::Test {
 protected:
  SimReplaceRootTest() { begin(Profile::instant); }

  void begin(Profile profile) {
    sim_.emplace(profile);
    instance_ = sim_->run();
    volume_ = sim_->make_volume();
    sim_->advance(std::chrono::minutes(1));
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
  // Replaces the root with one that is made from what `source` names: the task.
  std::string begin_again_from(ParamMap source) {
    source["InstanceId"] = instance_;
    const std::string before = root();
    const Reply reply = create(std::move(source));
    EXPECT_EQ(reply.error(), "");
    EXPECT_NE(root(), before);
    return reply.at("//replaceRootVolumeTaskId");
  }
  std::string of_new_root(const std::string& member) {
    return sim().call("DescribeVolumes", {{"VolumeId.1", root()}}).at("//volumeSet/item/" + member);
  }
  void fail_next(const char* kind) { sim().control("fault", {{"kind", kind}}); }

  std::optional<Sim> sim_;
  std::string instance_, volume_, old_root_;
};

}  // namespace ec2spotter::sim
