// DescribeInstanceStatus, and what ails hosts and guests.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

// "ok/passed", or the summary's status alone when there are no details.
std::string check(Sim& sim, const std::string& id, const std::string& member) {
  const Reply reply =
      sim.call("DescribeInstanceStatus", {{"InstanceId.1", id}, {"IncludeAllInstances", "true"}});
  EXPECT_EQ(reply.error(), "");
  const std::string detail = reply.at("//" + member + "/details/item/status");
  return reply.at("//" + member + "/status") + (detail.empty() ? "" : "/" + detail);
}

std::string all_checks(Sim& sim, const std::string& id) {
  return check(sim, id, "systemStatus") + " " + check(sim, id, "instanceStatus") + " " +
         check(sim, id, "attachedEbsStatus");
}

std::vector<std::string> listed(Sim& sim, ParamMap params = {}) {
  return sim.call("DescribeInstanceStatus", std::move(params)).all("//item/instanceId");
}

void fail_check(Sim& sim, const std::string& id, const std::string& check) {
  sim.control("status", {{"instance_id", id}, {"check", check}, {"status", "impaired"}});
}

constexpr const char* kAllOk = "ok/passed ok/passed ok/passed";

TEST(SimStatusTest, ChecksBeginWithTheInstanceAndEndWithTheirResult) {
  Sim sim(Profile::realistic);
  const std::string id = sim.run();
  sim.advance(1s);
  EXPECT_EQ(all_checks(sim, id), "not-applicable not-applicable not-applicable");
  sim.advance(30s);
  EXPECT_EQ(all_checks(sim, id),
            "initializing/initializing initializing/initializing initializing/initializing");
  sim.advance(2min);
  EXPECT_EQ(all_checks(sim, id), kAllOk);
  sim.call("StopInstances", {{"InstanceId.1", id}});
  sim.advance(2min);
  EXPECT_EQ(all_checks(sim, id), "not-applicable not-applicable not-applicable");
}

TEST(SimStatusTest, EachCheckFailsByItselfAndSaysSinceWhen) {
  Sim sim;
  const std::string id = sim.run();
  for (const auto& [name, member] : {std::pair{"system", "systemStatus"},
                                     {"instance", "instanceStatus"},
                                     {"ebs", "attachedEbsStatus"}}) {
    fail_check(sim, id, name);
    EXPECT_EQ(check(sim, id, member), "impaired/failed");
    const Reply reply = sim.call("DescribeInstanceStatus", {{"InstanceId.1", id}});
    EXPECT_EQ(reply.at("//" + std::string(member) + "/details/item/impairedSince"),
              "2026-03-01T12:00:00.000Z");
    sim.control("status", {{"instance_id", id}, {"check", name}, {"status", "ok"}});
    EXPECT_EQ(all_checks(sim, id), kAllOk);
  }
}

TEST(SimStatusTest, ARestartCuresTheGuestAndAnotherHostTheSystem) {
  Sim sim;
  const std::string id = sim.run();
  const std::string address =
      sim.call("DescribeInstances", {{"InstanceId.1", id}}).at("//ipAddress");
  fail_check(sim, id, "system");
  fail_check(sim, id, "instance");
  EXPECT_EQ(sim.call("RebootInstances", {{"InstanceId.1", id}}).error(), "");
  EXPECT_EQ(all_checks(sim, id), "impaired/failed ok/passed ok/passed");
  EXPECT_EQ(sim.instance_state(id), "running");
  EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", id}}).at("//ipAddress"), address);
  sim.stop(id);
  sim.call("StartInstances", {{"InstanceId.1", id}});
  EXPECT_EQ(all_checks(sim, id), kAllOk);
}

TEST(SimStatusTest, TheCheckOfAHungGuestFailsAfterMinutesAndItsRestartIsForced) {
  Sim sim(Profile::realistic);
  const std::string id = sim.run();
  sim.advance(5min);
  sim.control("hang", {{"instance_id", id}});
  sim.advance(1min);
  EXPECT_EQ(check(sim, id, "instanceStatus"), "ok/passed");
  sim.advance(70s);
  EXPECT_EQ(all_checks(sim, id), "ok/passed impaired/failed ok/passed");
  sim.call("RebootInstances", {{"InstanceId.1", id}});
  sim.advance(3min);
  EXPECT_EQ(check(sim, id, "instanceStatus"), "impaired/failed");
  sim.advance(70s);
  EXPECT_EQ(check(sim, id, "instanceStatus"), "initializing/initializing");
  sim.advance(2min);
  EXPECT_EQ(all_checks(sim, id), kAllOk);
}

TEST(SimStatusTest, AGuestThatHangsBeforeItsFirstCheckFailsIt) {
  Sim sim(Profile::realistic);
  const std::string id = sim.run();
  sim.advance(10s);
  sim.control("hang", {{"instance_id", id}});
  sim.advance(3min);
  EXPECT_EQ(all_checks(sim, id), "ok/passed impaired/failed ok/passed");
}

TEST(SimStatusTest, OnlyRunningInstancesAreListedUnlessAllAreWanted) {
  Sim sim;
  const std::string running = sim.run();
  const std::string stopped = sim.run();
  sim.stop(stopped);
  EXPECT_EQ(listed(sim), std::vector<std::string>{running});
  EXPECT_EQ(listed(sim, {{"IncludeAllInstances", "true"}}).size(), 2U);
  EXPECT_TRUE(listed(sim, {{"InstanceId.1", stopped}}).empty());
  EXPECT_EQ(sim.call("DescribeInstanceStatus", {{"InstanceId.1", "i-0123"}}).error(),
            "InvalidInstanceID.NotFound");
}

TEST(SimStatusTest, FiltersAndPagesSelectAndTagsDoNot) {
  Sim sim;
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.push_back(sim.run());
  fail_check(sim, ids[3], "system");
  sim.control("event", {{"instance_id", ids[4]}, {"code", "instance-retirement"}});
  const auto filtered = [&](const char* name, const char* value) {
    return listed(sim, {{"Filter.1.Name", name}, {"Filter.1.Value.1", value}});
  };
  EXPECT_EQ(filtered("system-status.status", "impaired"), std::vector<std::string>{ids[3]});
  EXPECT_EQ(filtered("instance-status.status", "impaired").size(), 0U);
  EXPECT_EQ(filtered("instance-state-name", "running").size(), 7U);
  EXPECT_EQ(filtered("event.code", "instance-retirement"), std::vector<std::string>{ids[4]});
  for (const char* name : {"tag:Name", "tag-key", "instance-id"}) {
    EXPECT_EQ(
        sim.call("DescribeInstanceStatus", {{"Filter.1.Name", name}, {"Filter.1.Value.1", "x"}})
            .error(),
        "InvalidParameterValue");
  }
  const Reply page = sim.call("DescribeInstanceStatus", {{"MaxResults", "5"}});
  EXPECT_EQ(page.all("//item/instanceId").size(), 5U);
  EXPECT_EQ(listed(sim, {{"MaxResults", "5"}, {"NextToken", page.at("//nextToken")}}).size(), 2U);
}

TEST(SimStatusTest, ControlCallsSayWhatIsWrong) {
  Sim sim;
  const std::string id = sim.run();
  const auto refused = [&](const std::string& path, const Json& body) {
    const auto done = sim.core().control(path, body);
    return done ? std::string() : done.error().message;
  };
  EXPECT_NE(refused("status", {{"instance_id", id}, {"check", "disk"}, {"status", "ok"}}), "");
  EXPECT_NE(refused("status", {{"instance_id", id}, {"check", "ebs"}, {"status", "bad"}}), "");
  EXPECT_NE(refused("event", {{"instance_id", id}, {"code", "party"}}), "");
  EXPECT_NE(refused("hang", {{"instance_id", "i-0123"}}), "");
  sim.stop(id);
  for (const char* path : {"hang", "read_only"}) {
    EXPECT_NE(refused(path, {{"instance_id", id}}).find("does not run"), std::string::npos);
  }
}

}  // namespace
}  // namespace ec2spotter::sim
