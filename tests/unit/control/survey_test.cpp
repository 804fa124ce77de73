// Whose an instance is, as the survey tells.
#include "control/observe/survey.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "model/tags.hpp"
#include "silent_ec2.hpp"

namespace ec2spotter {
namespace {

class ShowingEc2 final : public SilentEc2 {
 public:
  std::vector<Instance> instances;
  std::vector<SpotRequest> requests;
  std::vector<Volume> volumes;
  std::vector<StatusChecks> checks;
  std::optional<Error> error;  // of all calls but DescribeInstances
  Filters asked;

  Result<std::vector<Instance>> describe_instances(const std::vector<InstanceId>&,
                                                   const Filters& filters) override {
    asked = filters;
    return instances;
  }
  Result<std::vector<SpotRequest>> describe_spot_requests(const Filters&) override {
    return unless_failing(requests);
  }
  Result<std::vector<Volume>> describe_volumes(const std::vector<VolumeId>&,
                                               const Filters&) override {
    ++asked_volumes;
    return unless_failing(volumes);
  }
  int asked_volumes = 0;
  Result<std::vector<Address>> describe_addresses(const Filters&) override {
    return unless_failing(std::vector<Address>{});
  }
  Result<std::vector<RootTask>> describe_root_tasks(const Filters& filters) override {
    asked_tasks = filters;
    return unless_failing(tasks);
  }
  Filters asked_tasks;
  std::vector<RootTask> tasks;
  Result<std::vector<StatusChecks>> describe_status(const std::vector<InstanceId>&,
                                                    const Filters&) override {
    return unless_failing(checks);
  }

 private:
  template <class T>
  Result<T> unless_failing(const T& value) const {
    if (error) return fail(*error);
    return value;
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

TEST_F(SurveyTest, TasksAreReadOfBodiesThatWaitForTheirRootDiskAlone) {
  Survey survey(OwnerId("default"));
  ASSERT_TRUE(survey.read_bodies(ec2));
  EXPECT_TRUE(ec2.asked_tasks.empty()) << "no machine uses the engine";

  for (Instance& body : ec2.instances) {
    body.state = InstanceState::running;
    body.tags[std::string(tag::kEngine)] = "replace";
  }
  ec2.instances[2].tags[std::string(tag::kRoot)] = "up";
  ec2.tasks = {{RootTaskId("1"), InstanceId("i-2"), RootTaskState::pending}};
  ASSERT_TRUE(survey.read_bodies(ec2));
  EXPECT_EQ(ec2.asked_tasks, (std::vector<aws::Filter>{{"instance-id", {"i-1", "i-2"}}}));
  EXPECT_EQ(seen_of(survey, "b").root_tasks, ec2.tasks);
  EXPECT_TRUE(seen_of(survey, "a").root_tasks.empty());
  const std::size_t before = survey.fingerprint(MachineName("b"));
  ec2.tasks[0].state = RootTaskState::succeeded;
  ASSERT_TRUE(survey.read_bodies(ec2));
  EXPECT_NE(survey.fingerprint(MachineName("b")), before);

  ec2.error = Error{.code = Errc::transport, .message = "gone"};
  ASSERT_TRUE(survey.read_bodies(ec2));
  EXPECT_EQ(seen_of(survey, "b").root_tasks, ec2.tasks) << "the known ones stay";
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

const Error kThrottled{.code = Errc::throttled, .message = "slow", .api_code = "Throttled"};

// A notice that was seen stays seen, and everything else goes on.
TEST_F(SurveyTest, WhatEc2DoesNotTellKeepsItsLastValueAndIsATrouble) {
  Machine machine;
  machine.name = MachineName("b");
  machine.owner = OwnerId("default");
  machine.volume.id = VolumeId("vol-2");
  machine.elastic_ip = "192.0.2.1";
  ec2.volumes.emplace_back().id = VolumeId("vol-2");
  Survey survey(OwnerId("default"));
  ASSERT_TRUE(survey.read_bodies(ec2));
  survey.read_roots(ec2, {&machine});
  EXPECT_TRUE(survey.take_troubles().empty());

  ec2.error = kThrottled;
  ASSERT_TRUE(survey.read_bodies(ec2));
  survey.read_roots(ec2, {&machine});

  EXPECT_EQ(survey.take_troubles().size(), 3U);  // requests, volumes, addresses
  EXPECT_TRUE(survey.take_troubles().empty());
  EXPECT_TRUE(survey.is_known(machine));
  Memory memory;
  const Observation seen = survey.of(machine, memory);
  EXPECT_EQ(seen.requests.size(), 1U);
  EXPECT_EQ(seen.volumes.size(), 1U);
  EXPECT_FALSE(seen.address_unread);
}

TEST_F(SurveyTest, AMachineOfWhichNothingWasEverToldIsNotKnown) {
  Machine machine;
  machine.name = MachineName("b");
  machine.elastic_ip = "192.0.2.1";
  ec2.error = kThrottled;
  Survey survey(OwnerId("default"));
  ASSERT_TRUE(survey.read_bodies(ec2));
  survey.read_roots(ec2, {&machine});
  EXPECT_FALSE(survey.is_known(machine));
  Memory memory;
  EXPECT_TRUE(survey.of(machine, memory).address_unread);
}

TEST_F(SurveyTest, AFailingStatusCheckIsNewsAndTheOthersAreLeftOut) {
  constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
  Survey survey(OwnerId("default"));
  ASSERT_TRUE(survey.read_bodies(ec2));
  const std::size_t before = survey.fingerprint(MachineName("a"));
  ec2.checks = {{.instance = InstanceId("i-1"), .guest = "impaired"},
                {.instance = InstanceId("i-2")},
                {.instance = InstanceId("i-9"), .system = "impaired"}};
  survey.read_checks(ec2, kNow);
  EXPECT_NE(survey.fingerprint(MachineName("a")), before);
  EXPECT_EQ(seen_of(survey, "a").checks.size(), 1U);
  EXPECT_TRUE(seen_of(survey, "b").checks.empty());
  ec2.checks.clear();
  survey.read_checks(ec2, kNow + std::chrono::seconds(30));
  EXPECT_EQ(seen_of(survey, "a").checks.size(), 1U);
  survey.read_checks(ec2, kNow + std::chrono::minutes(1));
  EXPECT_TRUE(seen_of(survey, "a").checks.empty());
}

// The watch stays cheap: only machines with data volumes ask for any.
TEST_F(SurveyTest, DataVolumesAreAskedForTogetherAndOnlyWhereThereAreAny) {
  std::vector<Machine> machines(3);
  for (std::size_t i = 0; i < machines.size(); ++i) {
    machines[i].name = MachineName(std::string(1, static_cast<char>('a' + i)));
    machines[i].volume.id = VolumeId("vol-1");
  }
  Survey survey(OwnerId("default"));
  survey.read_roots(ec2, {&machines[0], &machines[1], &machines[2]});
  const int without = std::exchange(ec2.asked_volumes, 0);
  for (std::size_t i = 0; i < 2; ++i) {
    machines[i].data_volumes = {{{VolumeId("vol-d" + std::to_string(i)), ""}, "/dev/sdg"}};
    ec2.volumes.emplace_back().id = VolumeId("vol-d" + std::to_string(i));
  }
  survey.read_roots(ec2, {&machines[0], &machines[1], &machines[2]});
  EXPECT_EQ(ec2.asked_volumes, without + 2) << "by the tags of both, and by the ids in their files";
  Memory memory;
  for (std::size_t i = 0; i < 2; ++i) {
    const Observation seen = survey.of(machines[i], memory);
    ASSERT_EQ(seen.data_volumes.size(), 1U);
    EXPECT_EQ(seen.data_volumes[0].id, machines[i].data_volumes[0].volume.id);
  }
  EXPECT_TRUE(survey.of(machines[2], memory).data_volumes.empty());
}

TEST_F(SurveyTest, AMachineWhoseDataVolumesEc2DidNotShowIsNotKnown) {
  Machine machine;
  machine.name = MachineName("a");
  machine.volume.id = VolumeId("vol-1");
  machine.data_volumes = {{{VolumeId("vol-2"), ""}, "/dev/sdg"}};
  Survey survey(OwnerId("default"));
  ec2.error = Error{.code = Errc::throttled, .message = "not now"};
  survey.read_roots(ec2, {&machine});
  EXPECT_FALSE(survey.is_known(machine));
  ec2.error.reset();
  survey.read_roots(ec2, {&machine});
  EXPECT_TRUE(survey.is_known(machine));
}

}  // namespace
}  // namespace ec2spotter
