// The steps about kept interfaces: what is looked at first, and what is refused.
#include "control/act/network/kept_interface.hpp"

#include <gtest/gtest.h>

#include "control/act/execute.hpp"
#include "control/observe/belongings/interfaces.hpp"
#include "told_ec2.hpp"

namespace ec2spotter {
namespace {

constexpr TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};
const VolumeId kVolume("vol-00000000000000001");
const InterfaceId kInterface("eni-1");

Tags our_tags(const std::string& role = "interface") {
  return {{std::string(tag::kMachine), "web"},
          {std::string(tag::kOwner), "default"},
          {std::string(tag::kRole), role}};
}

// Shows the interfaces and subnets that it is given.
class NetworkEc2 final : public SilentEc2 {
 public:
  std::vector<NetworkInterface> interfaces;
  std::vector<Subnet> subnets;
  std::vector<std::string> calls;
  std::vector<Filters> asked;
  aws::InterfaceSpec made;
  std::optional<Error> error;

  Result<std::vector<NetworkInterface>> describe_interfaces(const Filters& filters) override {
    asked.push_back(filters);
    return interfaces;
  }
  Result<std::vector<Subnet>> describe_subnets(const Filters& filters) override {
    asked.push_back(filters);
    return subnets;
  }
  Result<NetworkInterface> create_interface(const aws::InterfaceSpec& spec) override {
    calls.emplace_back("create");
    made = spec;
    if (error) return fail(*error);
    NetworkInterface interface;
    interface.id = kInterface;
    return interface;
  }
  Result<void> delete_interface(const InterfaceId& id) override {
    calls.push_back("delete " + id.str());
    return {};
  }
  Result<void> create_tags(const Ids& ids, const Tags& tags) override {
    calls.push_back("tag " + ids.front() + " " + tags.begin()->second);
    return {};
  }
};

class KeptInterfaceTest : public testing::Test {
 protected:
  KeptInterfaceTest() {
    machine.name = MachineName("web");
    machine.owner = OwnerId("default");
    machine.volume.id = kVolume;
    machine.security_groups = {"sg-1"};
    Volume root;
    root.id = kVolume;
    root.tags = our_tags("root");
    seen.volumes = {root};
    Subnet subnet;
    subnet.id = SubnetId("subnet-1");
    subnet.zone = "us-east-1a";
    ec2.subnets = {subnet};
  }

  Result<void> run(const Step& step) { return execute(machine, step, seen, ec2, memory, kNow); }
  Result<void> make() { return run(step::MakeInterface{kVolume, "us-east-1a", "token"}); }
  static NetworkInterface an_interface(Tags tags, const char* status = "available") {
    NetworkInterface interface;
    interface.id = kInterface;
    interface.status = status;
    interface.tags = std::move(tags);
    return interface;
  }
  void expect_refused(const Step& step) {
    const auto refused = run(step);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_NE(refused.error().message.find("rule S4"), std::string::npos);
    EXPECT_TRUE(ec2.calls.empty()) << ec2.calls.front();
  }

  Machine machine;
  Observation seen;
  NetworkEc2 ec2;
  Memory memory;
};

// Whoever comes after a crash finds what was made, because the root says that there is something.
TEST_F(KeptInterfaceTest, TheRootIsMarkedBeforeAnythingIsMade) {
  ASSERT_TRUE(make());
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag " + kVolume.str() + " to-come", "create"}));
  EXPECT_EQ(ec2.made.subnet, SubnetId("subnet-1"));
  EXPECT_EQ(ec2.made.security_groups, std::vector<GroupId>{GroupId("sg-1")});
  EXPECT_EQ(ec2.made.client_token, "token");
  EXPECT_EQ(tag::value(ec2.made.tags, tag::kRole), tag::kRoleInterface);
  EXPECT_EQ(tag::value(ec2.made.tags, tag::kMachine), "web");
  EXPECT_EQ(memory.interface_made.id, kInterface.str());
}

TEST_F(KeptInterfaceTest, NoneIsMadeWhereThereIsOne) {
  seen.volumes[0].tags[std::string(tag::kInterface)] = tag::kToCome;
  ec2.interfaces = {an_interface(our_tags())};
  ASSERT_TRUE(make());
  EXPECT_TRUE(ec2.calls.empty()) << ec2.calls.front();
}

TEST_F(KeptInterfaceTest, ATokenWhoseInterfaceIsGoneIsNotUsedAgain) {
  ASSERT_TRUE(make());
  EXPECT_EQ(memory.interface_attempt, 0);
  ASSERT_TRUE(make());
  EXPECT_EQ(memory.interface_attempt, 1);
}

TEST_F(KeptInterfaceTest, ATokenOfAnEarlierFileIsNotUsedAgain) {
  ec2.error =
      Error{.code = Errc::invalid, .message = "", .api_code = "IdempotentParameterMismatch"};
  EXPECT_FALSE(make());
  EXPECT_EQ(memory.interface_attempt, 1);
}

TEST_F(KeptInterfaceTest, WithoutASubnetInTheZoneItSaysWhatToDo) {
  ec2.subnets.clear();
  auto failed = make();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::invalid);
  EXPECT_NE(failed.error().message.find("us-east-1a has no default subnet"), std::string::npos);
  machine.subnet = "subnet-9";
  failed = make();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("subnet-9 is not in us-east-1a"), std::string::npos);
}

TEST_F(KeptInterfaceTest, OnlyOursIsRecorded) {
  seen.interfaces = {an_interface({})};
  expect_refused(step::RecordInterface{kVolume, kInterface});
  seen.interfaces = {an_interface(our_tags())};
  ASSERT_TRUE(run(step::RecordInterface{kVolume, kInterface}));
  ASSERT_TRUE(run(step::RecordInterface{kVolume, InterfaceId()}));
  EXPECT_EQ(ec2.calls, (std::vector<std::string>{"tag " + kVolume.str() + " eni-1",
                                                 "tag " + kVolume.str() + " gone"}));
}

TEST_F(KeptInterfaceTest, AForeignVolumeIsNotMarked) {
  seen.volumes[0].tags.clear();
  expect_refused(step::MakeInterface{kVolume, "us-east-1a", "token"});
}

// Those that launches make for their instances carry our tags as well, with another role.
TEST_F(KeptInterfaceTest, OnlyAFreeOneOfOursIsDeleted) {
  for (const auto& interface : {an_interface({}), an_interface(our_tags("instance"))}) {
    ec2.interfaces = {interface};
    expect_refused(step::DeleteInterface{kInterface});
  }
  ec2.interfaces = {an_interface(our_tags(), "in-use")};
  const auto used = run(step::DeleteInterface{kInterface});
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().code, Errc::wrong_state) << "an instance has got it meanwhile";
  EXPECT_TRUE(ec2.calls.empty());
  ec2.interfaces.clear();
  ASSERT_TRUE(run(step::DeleteInterface{kInterface})) << "it is gone already";
  EXPECT_TRUE(ec2.calls.empty());
  ec2.interfaces = {an_interface(our_tags())};
  ASSERT_TRUE(run(step::DeleteInterface{kInterface}));
  EXPECT_EQ(ec2.calls, std::vector<std::string>{"delete eni-1"});
}

TEST_F(KeptInterfaceTest, OnlyMachinesByNameAreAskedFor) {
  ASSERT_TRUE(find_interfaces(ec2, machine.owner, {}));
  EXPECT_TRUE(ec2.asked.empty());
  ASSERT_TRUE(find_interfaces(ec2, machine.owner, {"web", "db"}));
  ASSERT_EQ(ec2.asked.size(), 1U);
  EXPECT_EQ(ec2.asked[0].back().values, (std::vector<std::string>{"web", "db"}));
}

}  // namespace
}  // namespace ec2spotter
