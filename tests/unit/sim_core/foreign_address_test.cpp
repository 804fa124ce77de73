// Rule S4 for addresses, as the world sees it broken; and addresses on interfaces of their own.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

constexpr const char* kOurOwner = "default";

// A world with an address of each kind of holder; what a program does is judged.
class ForeignAddresses : public testing::Test {
 protected:
  ForeignAddresses() {
    const auto planted = sim_.core().seed(
        {{"addresses",
          {{{"allocation_id", "eipalloc-free"}, {"public_ip", "127.1.0.1"}},
           {{"allocation_id", "eipalloc-nat"},
            {"public_ip", "127.1.0.2"},
            {"interface", {{"zone", kZone}, {"description", "NAT"}, {"tags", {{"Name", "nat"}}}}}},
           {{"allocation_id", "eipalloc-theirs"},
            {"public_ip", "127.1.0.3"},
            {"tags", {{"ec2spotter:owner", "somebody"}, {"ec2spotter:machine", "web"}}}}}}});
    EXPECT_TRUE(planted) << planted.error().message;
    ours_ = sim_.run(tagged(kOurOwner, "web"));
    sim_.call_with("test");
  }

  static ParamMap tagged(const std::string& owner, const std::string& machine) {
    return {{"TagSpecification.1.ResourceType", "instance"},
            {"TagSpecification.1.Tag.1.Key", "ec2spotter:owner"},
            {"TagSpecification.1.Tag.1.Value", owner},
            {"TagSpecification.1.Tag.2.Key", "ec2spotter:machine"},
            {"TagSpecification.1.Tag.2.Value", machine}};
  }

  void send(const std::string& action, ParamMap params) {
    const ApiReply reply = sim_.send(action, std::move(params));
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  void associate(const std::string& address, const std::string& instance) {
    send("AssociateAddress", {{"AllocationId", address}, {"InstanceId", instance}});
  }
  void tag(const std::string& resource, const std::string& key, const std::string& value) {
    send("CreateTags", {{"ResourceId.1", resource}, {"Tag.1.Key", key}, {"Tag.1.Value", value}});
  }
  std::string as_person(const std::string& action, ParamMap params) {
    sim_.call_with(std::string(kPersonKey));
    const ApiReply reply = sim_.send(action, std::move(params));
    sim_.call_with("test");
    return reply.body;
  }
  std::string described(const std::string& address, const std::string& member) {
    const ApiReply reply = sim_.send("DescribeAddresses", {{"AllocationId.1", address}});
    return Reply(reply.status, reply.body).at("//" + member);
  }
  std::vector<std::string> violations() { return sim_.core().violations(); }

  Sim sim_;
  std::string ours_;
};

TEST_F(ForeignAddresses, AnInterfaceWithoutAnInstanceHoldsOne) {
  const std::string interface = described("eipalloc-nat", "networkInterfaceId");
  EXPECT_EQ(interface.substr(0, 4), "eni-");
  EXPECT_EQ(described("eipalloc-nat", "networkInterfaceOwnerId"), "123456789012");
  EXPECT_EQ(described("eipalloc-nat", "instanceId"), "");
  const ApiReply shown =
      sim_.send("DescribeNetworkInterfaces", {{"NetworkInterfaceId.1", interface}});
  const Reply reply(shown.status, shown.body);
  EXPECT_EQ(reply.at("//item/association/publicIp"), "127.1.0.2");
  EXPECT_EQ(reply.at("//item/association/allocationId"), "eipalloc-nat");
  EXPECT_EQ(reply.at("//item/status"), "available");
}

TEST_F(ForeignAddresses, ACallMayPutOneOnAnInterfaceWithoutAnInstance) {
  const std::string body =
      as_person("CreateNetworkInterface",
                {{"SubnetId", sim_.core().table("us-east-1", "subnet").begin()->first}});
  const std::string interface = Reply(200, body).at("//networkInterfaceId");
  as_person("AssociateAddress",
            {{"AllocationId", "eipalloc-free"}, {"NetworkInterfaceId", interface}});
  EXPECT_EQ(described("eipalloc-free", "networkInterfaceId"), interface);
  send("DisassociateAddress", {{"AssociationId", described("eipalloc-free", "associationId")}});
  EXPECT_EQ(described("eipalloc-free", "networkInterfaceId"), "");
  const ApiReply shown =
      sim_.send("DescribeNetworkInterfaces", {{"NetworkInterfaceId.1", interface}});
  EXPECT_EQ(Reply(shown.status, shown.body).at("//item/association/publicIp"), "");
}

TEST_F(ForeignAddresses, AFreeOneAndOurOwnMayBeTaken) {
  associate("eipalloc-free", ours_);
  tag("eipalloc-free", "ec2spotter:owner", kOurOwner);
  tag("eipalloc-free", "ec2spotter:machine", "web");
  as_person("RunInstances", run_params(tagged(kOurOwner, "web db")));
  std::string next;
  for (const auto& [id, instance] : sim_.core().table("us-east-1", "instance")) {
    if (id != ours_) next = id;
  }
  sim_.core().advance_to(sim_.core().now());
  associate("eipalloc-free", next);
  send("DisassociateAddress", {{"AssociationId", described("eipalloc-free", "associationId")}});
  EXPECT_EQ(violations(), std::vector<std::string>{});
}

TEST_F(ForeignAddresses, OneThatIsTakenFromAnInterfaceIsABreach) {
  associate("eipalloc-nat", ours_);
  ASSERT_EQ(violations().size(), 1U);
  EXPECT_EQ(violations()[0].substr(0, 27), "S4: AssociateAddress: 127.1");
}

TEST_F(ForeignAddresses, OneThatIsFreedFromAnInterfaceIsABreachAlsoUnderOurTags) {
  tag("eipalloc-nat", "ec2spotter:owner", kOurOwner);
  tag("eipalloc-nat", "ec2spotter:machine", "web");
  send("DisassociateAddress", {{"AssociationId", described("eipalloc-nat", "associationId")}});
  EXPECT_EQ(violations().size(), 1U);
}

TEST_F(ForeignAddresses, OneThatIsTakenFromAnInstanceOfSomebodyElseIsABreach) {
  as_person("RunInstances", run_params());
  sim_.core().advance_to(sim_.core().now());
  for (const auto& [id, instance] : sim_.core().table("us-east-1", "instance")) {
    if (id == ours_) continue;
    as_person("AssociateAddress", {{"AllocationId", "eipalloc-free"}, {"InstanceId", id}});
    break;
  }
  EXPECT_EQ(violations(), std::vector<std::string>{});
  associate("eipalloc-free", ours_);
  EXPECT_EQ(violations().size(), 1U);
}

TEST_F(ForeignAddresses, OneThatIsTaggedForAnotherOwnerIsNotTakenAndKeepsItsTags) {
  associate("eipalloc-theirs", ours_);
  EXPECT_EQ(violations().size(), 1U);
  tag("eipalloc-theirs", "ec2spotter:owner", kOurOwner);
  EXPECT_EQ(violations().size(), 2U);
  send("DeleteTags", {{"ResourceId.1", "eipalloc-theirs"}, {"Tag.1.Key", "ec2spotter:machine"}});
  EXPECT_EQ(violations().size(), 3U);
}

TEST_F(ForeignAddresses, WhatAPersonDoesIsNoBreach) {
  as_person("AssociateAddress", {{"AllocationId", "eipalloc-nat"}, {"InstanceId", ours_}});
  as_person("AssociateAddress", {{"AllocationId", "eipalloc-theirs"}, {"InstanceId", ours_}});
  as_person("CreateTags", {{"ResourceId.1", "eipalloc-theirs"},
                           {"Tag.1.Key", "ec2spotter:owner"},
                           {"Tag.1.Value", kOurOwner}});
  EXPECT_EQ(violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace ec2spotter::sim
