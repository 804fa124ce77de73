// What CreateReplaceRootVolumeTask refuses, and what is refused while a root is replaced.
#include "replace_root.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

class SimReplaceRootRefusalsTest : public SimReplaceRootTest {
 protected:
  std::string refusal(ParamMap params) {
    params.emplace("InstanceId", instance_);
    return create(std::move(params)).error();
  }
  std::string refusal_with_type(const std::string& type) {
    Json saved = sim().core().save();
    saved["tables"]["us-east-1"]["instance"][instance_]["instanceType"] = type;
    EXPECT_TRUE(sim().core().load(saved));
    sim().advance(1s);
    return refusal({{"VolumeId", volume_}});
  }
};

TEST_F(SimReplaceRootRefusalsTest, RefusesAnInstanceThatDoesNotRun) {
  EXPECT_EQ(create({{"InstanceId", "i-0bbbbbbbbbbbbbbb1"}, {"VolumeId", volume_}}).error(),
            "InvalidInstanceID.NotFound");
  sim().stop(instance_);
  EXPECT_EQ(create().error(), "IncorrectInstanceState");
  // A dry run does not look at that.
  EXPECT_EQ(create({{"InstanceId", instance_}, {"VolumeId", volume_}, {"DryRun", "true"}}).error(),
            "DryRunOperation");
  EXPECT_EQ(sim().call(kDescribe).all(std::string(kTaskItem) + "taskState").size(), 0U);
}

TEST_F(SimReplaceRootRefusalsTest, RefusesAVolumeThatIsNotFree) {
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

TEST_F(SimReplaceRootRefusalsTest, RefusesBareMetalUnlessAMac) {
  EXPECT_EQ(refusal_with_type("m5.metal"), "UnsupportedOperation");
  EXPECT_EQ(refusal_with_type("r5d.metal-24xl"), "UnsupportedOperation");
  EXPECT_EQ(refusal_with_type("mac2.metal"), "");
}

TEST_F(SimReplaceRootRefusalsTest, TakesOneSourceAndARateOnlyWhereACopyIsMade) {
  EXPECT_EQ(refusal({{"VolumeId", volume_}, {"ImageId", kImage}}), "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"SnapshotId", "snap-1"}, {"ImageId", kImage}}),
            "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"VolumeId", volume_}, {"VolumeInitializationRate", "200"}}),
            "InvalidParameterCombination");
  EXPECT_EQ(refusal({{"ImageId", kImage}, {"VolumeInitializationRate", "99"}}),
            "InvalidParameterValue");
  EXPECT_EQ(refusal({{"VolumeId", volume_}, {"Shoe", "9"}}), "UnknownParameter");
  EXPECT_EQ(create({{"VolumeId", volume_}}).error(), "MissingParameter");
  EXPECT_EQ(refusal({{"VolumeId", volume_},
                     {"TagSpecification.1.ResourceType", "volume"},
                     {"TagSpecification.1.Tag.1.Key", "a"}}),
            "InvalidParameterValue");
}

TEST_F(SimReplaceRootRefusalsTest, AnEncryptedRootIsFollowedByAnEncryptedOne) {
  const std::string plain = sim().make_volume();
  volume_ =
      sim()
          .call("CreateVolume", {{"AvailabilityZone", kZone}, {"Size", "8"}, {"Encrypted", "true"}})
          .at("//volumeId");
  EXPECT_EQ(refusal({{"VolumeId", volume_}}), "");
  EXPECT_EQ(root(), volume_);
  EXPECT_EQ(refusal({{"VolumeId", plain}}), "InvalidParameterValue");
  EXPECT_EQ(root(), volume_);
}

TEST_F(SimReplaceRootRefusalsTest, ProductCodesMustBeThoseOfTheInstance) {
  const auto volume = [](const char* id) {
    return Json{{"volume_id", id}, {"zone", kZone}, {"size_gib", 8}, {"product_code", "abc"}};
  };
  ASSERT_TRUE(sim().core().seed({{"images",
                                  {{{"image_id", "ami-2"},
                                    {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"},
                                    {"product_code", "abc"}}}},
                                 {"volumes", {volume("vol-1"), volume("vol-2")}}}));
  EXPECT_EQ(refusal({{"VolumeId", "vol-1"}}), "OperationNotPermitted");
  EXPECT_EQ(refusal({{"ImageId", "ami-2"}}), "InvalidParameterValue");

  instance_ = sim().run({{"ImageId", "ami-2"}});
  EXPECT_EQ(of_instance("productCodes/item/productCode"), "abc");
  EXPECT_EQ(refusal({{"VolumeId", volume_}}), "OperationNotPermitted");
  EXPECT_EQ(refusal({{"VolumeId", "vol-1"}}), "");
  EXPECT_EQ(root(), "vol-1");

  // An instance has the codes of the root that it was given while it was stopped.
  instance_ = sim().run();
  old_root_ = root();
  sim().stop(instance_);
  sim().call("DetachVolume", {{"VolumeId", old_root_}});
  sim().call("AttachVolume",
             {{"VolumeId", "vol-2"}, {"InstanceId", instance_}, {"Device", "/dev/xvda"}});
  sim().call("StartInstances", {{"InstanceId.1", instance_}});
  EXPECT_EQ(refusal({{"VolumeId", volume_}}), "OperationNotPermitted");
}

TEST_F(SimReplaceRootRefusalsTest, AnImageFitsAndASnapshotIsOfTheRoot) {
  ASSERT_TRUE(sim().core().seed({{"images",
                                  {{{"image_id", "ami-2"},
                                    {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"},
                                    {"architecture", "arm64"}}}}}));
  EXPECT_EQ(refusal({{"ImageId", "ami-2"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal({{"ImageId", "ami-3"}}), "InvalidAMIID.NotFound");
  EXPECT_EQ(refusal({{"SnapshotId", "snap-3"}}), "InvalidSnapshot.NotFound");
  const std::string snapshot =
      sim().call("CreateSnapshot", {{"VolumeId", volume_}}).at("//snapshotId");
  EXPECT_EQ(refusal({{"SnapshotId", snapshot}}), "InvalidParameterValue");
  EXPECT_EQ(root(), old_root_);
}

TEST_F(SimReplaceRootRefusalsTest, AnInstanceHasOneTaskAtATimeAndNothingElseEndsIt) {
  begin(Profile::realistic);
  begun();
  for (const auto passed : {1s, 30s, 40s}) {
    sim().advance(passed);
    EXPECT_EQ(create().error(), "IncorrectState");
    for (const char* action : {"StopInstances", "RebootInstances"}) {
      EXPECT_EQ(sim().call(action, {{"InstanceId.1", instance_}}).error(),
                "IncorrectInstanceState");
    }
  }
  sim().advance(1min);
  EXPECT_EQ(sim().call("RebootInstances", {{"InstanceId.1", instance_}}).error(), "");
  EXPECT_EQ(refusal({{"VolumeId", old_root_}}), "");
}

TEST_F(SimReplaceRootRefusalsTest, AVolumeInATaskIsNobodyElses) {
  begin(Profile::realistic);
  const std::string other = sim().run();
  sim().advance(1min);
  begun();
  sim().advance(10s);
  EXPECT_EQ(sim().volume_status(volume_), "available");
  EXPECT_EQ(create({{"InstanceId", other}, {"VolumeId", volume_}}).error(), "VolumeInUse");
  EXPECT_EQ(sim().attach({.volume = volume_, .instance = other}).error(), "VolumeInUse");
  EXPECT_EQ(sim().attach({.volume = volume_, .instance = instance_}).error(), "VolumeInUse");
  EXPECT_EQ(sim().call("DeleteVolume", {{"VolumeId", volume_}}).error(), "VolumeInUse");
  EXPECT_EQ(sim().call("DetachVolume", {{"VolumeId", old_root_}}).error(), "OperationNotPermitted");
}

TEST_F(SimReplaceRootRefusalsTest, ABreachOfS1IsSeenWhileATaskHoldsItsVolume) {
  begin(Profile::realistic);
  const std::string other = sim().run();
  const std::string task = begun();
  sim().advance(10s);
  const Json right = sim().core().save();
  const auto seen = [&](const Json& changed) {
    EXPECT_TRUE(sim().core().load(changed));
    const auto found = sim().core().violations();
    EXPECT_TRUE(sim().core().load(right));
    return found.empty() ? std::string() : found[0];
  };
  const Json::json_pointer tables("/tables/us-east-1");
  EXPECT_EQ(seen(right), "");

  Json elsewhere = right;
  const Json attachment{{"volumeId", volume_}, {"instanceId", other}, {"status", "attached"}};
  elsewhere[tables]["volume"][volume_]["attachmentSet"] = Json::array({attachment});
  elsewhere[tables]["instance"][other]["blockDeviceMapping"].push_back(
      {{"deviceName", "/dev/sdf"}, {"ebs", {{"volumeId", volume_}}}});
  EXPECT_EQ(seen(elsewhere),
            "S1: " + volume_ + " is becoming the root of " + instance_ + " and is at " + other);

  Json two_tasks = right;
  Json& tasks = two_tasks[tables]["replace-root-volume-task"];
  tasks["replacevol-2"] = tasks[task];
  tasks["replacevol-2"]["instanceId"] = other;
  EXPECT_NE(seen(two_tasks).find("S1: " + volume_), std::string::npos);
}

TEST_F(SimReplaceRootRefusalsTest, ARetiredRootThatComesBackIsSeen) {
  sim().send(
      "CreateTags",
      {{"ResourceId.1", volume_}, {"Tag.1.Key", "ec2spotter:state"}, {"Tag.1.Value", "retired"}});
  sim().send(kCreate, {{"InstanceId", instance_}, {"VolumeId", volume_}});
  sim().core().advance_to(sim().core().now());
  ASSERT_EQ(sim().core().violations().size(), 1U);
  EXPECT_NE(sim().core().violations()[0].find("retired"), std::string::npos);
}

TEST_F(SimReplaceRootRefusalsTest, TasksAreFoundByIdInstanceAndTag) {
  const Reply made = create({{"InstanceId", instance_},
                             {"VolumeId", volume_},
                             {"TagSpecification.1.ResourceType", "replace-root-volume-task"},
                             {"TagSpecification.1.Tag.1.Key", "for"},
                             {"TagSpecification.1.Tag.1.Value", "web"}});
  const std::string task = made.at("//replaceRootVolumeTaskId");
  volume_ = old_root_;
  const std::string second = begun();
  const std::string ids = std::string(kTaskItem) + "replaceRootVolumeTaskId";
  EXPECT_EQ(sim().call(kDescribe).all(ids).size(), 2U);
  EXPECT_EQ(
      sim().call(kDescribe, {{"Filter.1.Name", "tag:for"}, {"Filter.1.Value.1", "web"}}).all(ids),
      std::vector<std::string>{task});
  EXPECT_EQ(
      sim()
          .call(kDescribe, {{"Filter.1.Name", "instance-id"}, {"Filter.1.Value.1", instance_}})
          .all(ids)
          .size(),
      2U);
  EXPECT_EQ(sim()
                .call(kDescribe, {{"Filter.1.Name", "instance-id"}, {"Filter.1.Value.1", "i-1"}})
                .all(ids),
            std::vector<std::string>());
  EXPECT_EQ(sim().call(kDescribe, {{"ReplaceRootVolumeTaskId.1", "replacevol-1"}}).error(),
            "InvalidReplaceRootVolumeTaskId.NotFound");
  EXPECT_EQ(sim()
                .call(kDescribe, {{"Filter.1.Name", "task-state"}, {"Filter.1.Value.1", "failed"}})
                .error(),
            "InvalidParameterValue");
  const Reply page = sim().call(kDescribe, {{"MaxResults", "1"}});
  ASSERT_EQ(page.all(ids).size(), 1U);
  const Reply next =
      sim().call(kDescribe, {{"MaxResults", "1"}, {"NextToken", page.at("//nextToken")}});
  ASSERT_EQ(next.all(ids).size(), 1U);
  EXPECT_NE(next.all(ids), page.all(ids));
  EXPECT_EQ(sim().call(kDescribe, {{"MaxResults", "51"}}).error(), "InvalidParameterValue");
}

TEST_F(SimReplaceRootRefusalsTest, TasksHaveTagsLikeAnythingElse) {
  const std::string task = begun();
  EXPECT_EQ(
      sim()
          .call("CreateTags", {{"ResourceId.1", task}, {"Tag.1.Key", "a"}, {"Tag.1.Value", "1"}})
          .error(),
      "");
  const Reply found =
      sim().call("DescribeTags", {{"Filter.1.Name", "resource-id"}, {"Filter.1.Value.1", task}});
  EXPECT_EQ(found.at("//tagSet/item/resourceType"), "replace-root-volume-task");
  EXPECT_EQ(of_task(task, "tagSet/item/value"), "1");
  sim().call("DeleteTags", {{"ResourceId.1", task}});
  EXPECT_EQ(of_task(task, "tagSet/item/value"), "");
}

TEST_F(SimReplaceRootRefusalsTest, StaleRepliesShowNeitherTaskNorExchange) {
  sim().control("fault", {{"kind", "stale_describe"}, {"seconds", 30}});
  const std::string task = begun();
  EXPECT_EQ(sim().call(kDescribe).all(std::string(kTaskItem) + "taskState").size(), 0U);
  EXPECT_EQ(root(), old_root_);
  sim().advance(31s);
  EXPECT_EQ(state(task), "succeeded");
  EXPECT_EQ(root(), volume_);
}

Json allow(const Json& kinds, const Json& condition = Json()) {
  Json statement{{"Effect", "Allow"}, {"Action", "ec2:*"}, {"Resource", Json::array()}};
  for (const Json& kind : kinds) {
    statement["Resource"].push_back(
        "arn:aws:ec2:us-east-1:123456789012:" + kind.get<std::string>() + "/*");
  }
  if (!condition.is_null()) statement["Condition"] = condition;
  return statement;
}

TEST_F(SimReplaceRootRefusalsTest, ARoleNeedsTheInstanceTheVolumeAndTheTask) {
  const auto answer = [&](const std::string& name, const Json& statements) {
    sim().make_profile(name, as_text({{"Version", "2012-10-17"}, {"Statement", statements}}));
    instance_ = sim().run({{"IamInstanceProfile.Name", name}});
    return sim()
        .call_as(instance_, kCreate, {{"InstanceId", instance_}, {"VolumeId", volume_}})
        .error();
  };
  const std::string task = "replace-root-volume-task";
  EXPECT_EQ(answer("one", Json::array({allow({"instance", task})})), "UnauthorizedOperation");
  EXPECT_EQ(answer("two", Json::array({allow({"instance", "volume"})})), "UnauthorizedOperation");
  EXPECT_EQ(answer("three", Json::array({allow({"volume", task})})), "UnauthorizedOperation");
  // EC2 has no condition about the tags of the volume.
  sim().send("CreateTags", {{"ResourceId.1", volume_}, {"Tag.1.Key", "a"}, {"Tag.1.Value", "1"}});
  const Json tagged{{"StringEquals", {{"ec2:ResourceTag/a", "1"}}}};
  EXPECT_EQ(answer("four", Json::array({allow({"instance", task}), allow({"volume"}, tagged)})),
            "UnauthorizedOperation");
  EXPECT_EQ(answer("five", Json::array({allow({"instance", "volume", task})})), "");
}

}  // namespace
}  // namespace ec2spotter::sim
