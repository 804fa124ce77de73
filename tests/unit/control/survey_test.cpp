// Whose an instance is, as the survey tells.
#include "control/survey.hpp"

#include <gtest/gtest.h>

#include "model/tags.hpp"
#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

class ShowingEc2 final : public SilentEc2 {
 public:
  std::vector<Instance> instances;
  std::vector<SpotRequest> requests;
  Filters asked;

  Result<std::vector<Instance>> describe_instances(const std::vector<InstanceId>&,
                                                   const Filters& filters) override {
    asked = filters;
    return instances;
  }
  Result<std::vector<SpotRequest>> describe_spot_requests(const Filters&) override {
    return requests;
  }
};

Instance a_body(const std::string& id, const std::string& machines, int index) {
  Instance body;
  body.id = InstanceId(id);
  body.launch_index = index;
  body.tags = {{std::string(tag::kMachine), machines}, {std::string(tag::kBodyOf), "vol-1 vol-2"}};
  return body;
}

Observation seen_of(const Survey& survey, const std::string& name) {
  Machine machine;
  machine.name = MachineName(name);
  Memory memory;
  return survey.of(machine, memory);
}

class SurveyTest : public testing::Test {
 protected:
  SurveyTest() {
    ec2.instances = {a_body("i-1", "a b", 0), a_body("i-2", "a b", 1), a_body("i-3", "b", 1)};
    SpotRequest& request = ec2.requests.emplace_back();
    request.instance = InstanceId("i-2");
  }
  ShowingEc2 ec2;
};

TEST_F(SurveyTest, TheBodiesOfABatchAreThoseOfTheirOwnMachines) {
  Survey survey(OwnerId("default"));
  ASSERT_TRUE(survey.read_bodies(ec2));

  const Observation a = seen_of(survey, "a");
  ASSERT_EQ(a.bodies.size(), 1U);
  EXPECT_EQ(a.bodies[0].id.str(), "i-1");
  EXPECT_EQ(tag::value(a.bodies[0].tags, tag::kMachine), "a");
  EXPECT_EQ(tag::value(a.bodies[0].tags, tag::kBodyOf), "vol-1");
  const Observation b = seen_of(survey, "b");
  ASSERT_EQ(b.bodies.size(), 2U);
  EXPECT_EQ(b.bodies[0].id.str(), "i-2");
  EXPECT_EQ(tag::value(b.bodies[0].tags, tag::kBodyOf), "vol-2");
  ASSERT_EQ(b.requests.size(), 1U);
  EXPECT_EQ(survey.machine_of(InstanceId("i-2")), MachineName("b"));
  EXPECT_TRUE(a.requests.empty());
}

TEST_F(SurveyTest, OneMachineIsLookedForInBatchesAndOthersAreLeftOut) {
  Survey survey(OwnerId("default"), MachineName("b"));
  ASSERT_TRUE(survey.read_bodies(ec2));

  ASSERT_EQ(ec2.asked.size(), 2U);
  EXPECT_EQ(ec2.asked[1], (aws::Filter{"tag:ec2spotter:machine", {"b", "b *", "* b", "* b *"}}));
  EXPECT_EQ(seen_of(survey, "b").bodies.size(), 2U);
  EXPECT_TRUE(seen_of(survey, "a").bodies.empty());
  EXPECT_EQ(survey.machine_of(InstanceId("i-1")), std::nullopt);
}

TEST_F(SurveyTest, ABatchBodyThatGetsItsOwnTagsIsNoNewsForItsMachine) {
  Survey survey(OwnerId("default"));
  ASSERT_TRUE(survey.read_bodies(ec2));
  const std::size_t before = survey.fingerprint(MachineName("a"));

  ec2.instances[0].tags = {{std::string(tag::kMachine), "a"}, {std::string(tag::kBodyOf), "vol-1"}};
  ASSERT_TRUE(survey.read_bodies(ec2));

  EXPECT_EQ(survey.fingerprint(MachineName("a")), before);
}

}  // namespace
}  // namespace ec2spotter
