// The client against the simulator's core in one process: what each sends, the other understands.
#include <gtest/gtest.h>

#include "aws/ec2_client.hpp"
#include "core_transport.hpp"
#include "sim/core/core.hpp"
#include "support.hpp"

namespace ec2spotter::aws {
namespace {

constexpr const char* kImage = "ami-0aaaaaaaaaaaaaaa1";
constexpr const char* kQueue = "http://sim/123456789012/ec2-events";

class SimulatorTest : public testing::Test {
 protected:
  SimulatorTest()
      : bodies([](const sim::BodyEvent&) {}),
        core({.seed = 1, .profile = sim::Profile::instant, .start = kNow, .shutdown_grace = {}},
             bodies) {
    const sim::Json seed{
        {"snapshots", {{{"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}, {"size_gib", 8}}}},
        {"images",
         {{{"image_id", kImage}, {"name", "n"}, {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}}}}};
    EXPECT_TRUE(core.seed(seed));
    ec2 = test_client(std::make_unique<CoreTransport>(core), clock);
  }

  void control(const std::string& path, const sim::Json& body) {
    const auto done = core.control(path, body);
    EXPECT_TRUE(done) << path;
  }

  InstanceId run_spot() {
    RunInstancesSpec spec;
    spec.image = ImageId(kImage);
    spec.pool = {"t3.small", "us-east-1a", Market::spot};
    const auto launched = ec2->run_instances(spec);
    EXPECT_TRUE(launched) << launched.error().describe();
    core.advance_to(core.now());
    return launched ? launched->front().id : InstanceId();
  }

  ManualClock clock{kNow};
  sim::NoBodies bodies;
  sim::Core core;
  std::unique_ptr<Ec2Client> ec2;
};

TEST_F(SimulatorTest, ThePriceIsTheOneInForceAndOfTheZoneAskedFor) {
  for (const char* price : {"0.5", "0.25"}) {
    control("price", {{"instance_type", "t3.small"}, {"zone", "us-east-1b"}, {"price", price}});
  }
  const auto one = ec2->describe_spot_prices({"t3.small", "no.such"}, "us-east-1b");
  ASSERT_TRUE(one) << one.error().describe();
  EXPECT_EQ(*one, (std::vector<SpotPrice>{{"t3.small", "us-east-1b", 0.25}}));
  const auto all = ec2->describe_spot_prices({"t3.small", "m5.large"}, "");
  ASSERT_TRUE(all) << all.error().describe();
  EXPECT_EQ(all->size(), 8U) << "two types in four zones";
}

TEST_F(SimulatorTest, TypesComeByTheirArchitectureAndAreOfferedInAZone) {
  const auto arm = ec2->describe_instance_types(Architecture::arm64);
  ASSERT_TRUE(arm) << arm.error().describe();
  ASSERT_EQ(arm->size(), 3U);
  EXPECT_EQ(arm->at(2), (InstanceType{.name = "t4g.small",
                                      .vcpus = 2,
                                      .memory_mib = 2048,
                                      .markets = {Market::on_demand, Market::spot}}));
  const auto intel = ec2->describe_instance_types(Architecture::x86_64);
  const auto offered = ec2->describe_type_offerings("us-east-1b");
  ASSERT_TRUE(intel) << intel.error().describe();
  ASSERT_TRUE(offered) << offered.error().describe();
  EXPECT_EQ(offered->size(), arm->size() + intel->size());
  EXPECT_EQ(ec2->describe_type_offerings("us-east-1z"), std::vector<std::string>{});
}

TEST_F(SimulatorTest, EachZoneIsScoredUnderTheIdThatTheZonesHave) {
  control("capacity", {{"instance_type", "t3.small"}, {"zone", "us-east-1a"}, {"available", 0}});
  const auto zones = ec2->describe_zones();
  const auto scores = ec2->spot_placement_scores("t3.small");
  ASSERT_TRUE(zones) << zones.error().describe();
  ASSERT_TRUE(scores) << scores.error().describe();
  ASSERT_EQ(zones->size(), 4U);
  ASSERT_EQ(scores->size(), 4U);
  EXPECT_EQ(zones->front(), (Zone{"us-east-1a", "use1-az1"}));
  EXPECT_EQ(scores->back(), (PlacementScore{"use1-az1", 1}));
  EXPECT_EQ(scores->front().score, 3);
}

TEST_F(SimulatorTest, AsManyInstancesAsThereIsRoomForComeInTheOrderOfTheirLaunchIndex) {
  control("capacity", {{"instance_type", "t3.small"}, {"zone", "us-east-1a"}, {"available", 3}});
  RunInstancesSpec spec;
  spec.image = ImageId(kImage);
  spec.pool = {"t3.small", "us-east-1a", Market::spot};
  spec.count = 5;
  const auto launched = ec2->run_instances(spec);
  ASSERT_TRUE(launched) << launched.error().describe();
  ASSERT_EQ(launched->size(), 3U);
  for (int index = 0; index < 3; ++index) {
    const Instance& instance = launched->at(static_cast<std::size_t>(index));
    EXPECT_EQ(instance.launch_index, index);
    const auto shown = ec2->describe_instances({instance.id}, {});
    ASSERT_TRUE(shown) << shown.error().describe();
    EXPECT_EQ(shown->front().launch_index, index);
  }
}

TEST_F(SimulatorTest, AnnouncementsAreReadOnceAndRemoved) {
  const InstanceId body = run_spot();
  const auto queue = ec2->event_queue(kQueue);
  ASSERT_TRUE(queue) << queue.error().describe();
  EXPECT_EQ((*queue)->receive(), std::vector<QueueMessage>{});
  control("rebalance", {{"instance_id", body.str()}});
  control("notice", {{"instance_id", body.str()}});

  const auto messages = (*queue)->receive();

  ASSERT_TRUE(messages) << messages.error().describe();
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_NE(messages->at(1).body.find(body.str()), std::string::npos);
  EXPECT_TRUE((*queue)->remove(messages->at(0)));
  core.advance_to(kNow + std::chrono::seconds{31});
  const auto left = (*queue)->receive();
  ASSERT_TRUE(left);
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->at(0).body, messages->at(1).body);
}

TEST_F(SimulatorTest, AnotherQueueIsNotThere) {
  const auto queue = ec2->event_queue("http://sim/123456789012/other");
  ASSERT_TRUE(queue);
  const auto messages = (*queue)->receive();
  ASSERT_FALSE(messages);
  EXPECT_EQ(messages.error().code, Errc::not_found);
  EXPECT_EQ(messages.error().api_code, "QueueDoesNotExist");
}

TEST_F(SimulatorTest, AFleetIsMadeFromItsTemplateShownAndDeletedWithoutItsInstance) {
  RunInstancesSpec launch;
  launch.image = ImageId(kImage);
  launch.pool.market = Market::spot;
  launch.user_data = "hello";
  launch.instance_tags = {{"k", "v"}};
  const LaunchTemplateSpec made{.name = "web", .launch = launch, .tags = {{"a", "1"}}};
  ASSERT_TRUE(ec2->create_launch_template(made));
  EXPECT_EQ(ec2->create_launch_template(made).error().code, Errc::already_done);
  const auto id = ec2->create_fleet({.launch_template = "web",
                                     .pools = {{"t3.small", "us-east-1a", Market::spot},
                                               {"t3.medium", "us-east-1a", Market::spot}},
                                     .subnet = std::nullopt,
                                     .max_price = "0.02",
                                     .replace_at_risk = true,
                                     .client_token = "token",
                                     .tags = {{"b", "2"}}});
  ASSERT_TRUE(id) << id.error().describe();
  core.advance_to(core.now());

  const auto fleets = ec2->describe_fleets();
  ASSERT_TRUE(fleets) << fleets.error().describe();
  ASSERT_EQ(fleets->size(), 1U);
  EXPECT_EQ(fleets->front().id, *id);
  EXPECT_EQ(fleets->front().state, "active");
  EXPECT_EQ(fleets->front().tags, (Tags{{"b", "2"}}));
  EXPECT_NE(fleets->front().launch_template.str(), "");
  EXPECT_EQ(fleets->front().created, kNow);
  const auto instances = ec2->describe_instances({}, {});
  ASSERT_TRUE(instances);
  ASSERT_EQ(instances->size(), 1U);
  EXPECT_EQ(instances->front().tags.at("k"), "v");
  EXPECT_EQ(instances->front().market, Market::spot);

  ASSERT_TRUE(ec2->delete_fleet(*id));
  ASSERT_TRUE(ec2->delete_fleet(*id)) << "twice is once";
  ASSERT_TRUE(ec2->delete_launch_template(fleets->front().launch_template));
  EXPECT_EQ(ec2->delete_launch_template(fleets->front().launch_template).error().code,
            Errc::not_found);
  EXPECT_TRUE(ec2->describe_fleets()->empty());
  EXPECT_EQ(ec2->describe_instances({}, {})->front().state, InstanceState::running);
}

TEST_F(SimulatorTest, ARoleAndItsProfileComeAndGo) {
  const auto identity = ec2->identity();
  ASSERT_TRUE(identity);
  aws::Identity& iam = **identity;
  const RoleSpec role{
      .name = "web", .trust_policy = "{}", .description = "d", .tags = {{"k", "v"}}};
  EXPECT_EQ(iam.role_tags("web").error().code, Errc::not_found);
  ASSERT_TRUE(iam.create_role(role));
  EXPECT_EQ(iam.create_role(role).error().code, Errc::already_done);
  EXPECT_EQ(iam.role_tags("web").value(), (Tags{{"k", "v"}}));
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
  ASSERT_TRUE(iam.put_role_policy("web", "p", policy));
  EXPECT_EQ(iam.put_role_policy("web", "p", "no policy").error().code, Errc::invalid);

  EXPECT_EQ(iam.role_of_profile("web").error().code, Errc::not_found);
  ASSERT_TRUE(iam.create_profile("web", {}));
  EXPECT_EQ(iam.role_of_profile("web").value(), "");
  ASSERT_TRUE(iam.add_role_to_profile("web", "web"));
  EXPECT_EQ(iam.role_of_profile("web").value(), "web");

  EXPECT_EQ(iam.delete_role("web").error().code, Errc::wrong_state);
  ASSERT_TRUE(iam.remove_role_from_profile("web", "web"));
  ASSERT_TRUE(iam.delete_profile("web"));
  ASSERT_TRUE(iam.delete_role_policy("web", "p"));
  ASSERT_TRUE(iam.delete_role("web"));
  EXPECT_EQ(iam.delete_role("web").error().code, Errc::not_found);
}

}  // namespace
}  // namespace ec2spotter::aws
