// Spot requests of the local EC2: notices, prices, capacity.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

const ParamMap kRequest{{"LaunchSpecification.ImageId", kImage},
                        {"LaunchSpecification.InstanceType", "t3.small"},
                        {"LaunchSpecification.Placement.AvailabilityZone", kZone}};

std::string request(Sim& sim, const ParamMap& more = {}) {
  ParamMap params = kRequest;
  params.insert(more.begin(), more.end());
  const Reply reply = sim.call("RequestSpotInstances", params);
  EXPECT_EQ(reply.error(), "");
  return reply.at("//spotInstanceRequestId");
}

std::string instance_of(Sim& sim, const std::string& request_id) {
  return sim.call("DescribeSpotInstanceRequests", {{"SpotInstanceRequestId.1", request_id}})
      .at("//item/instanceId");
}

void set_price(Sim& sim, const char* price) {
  sim.control("price", {{"instance_type", "t3.small"}, {"zone", kZone}, {"price", price}});
}

TEST(SimSpotTest, ANoticeComesTwoMinutesAheadAndTheInstanceGoesOnTime) {
  Sim sim;
  const std::string id = sim.run_spot();
  const std::string bound = sim.request_of(id);
  EXPECT_EQ(sim.request_status(bound), "active/fulfilled");
  sim.control("notice", {{"instance_id", id}});
  EXPECT_EQ(sim.request_status(bound), "active/marked-for-termination");
  sim.advance(119s);
  EXPECT_EQ(sim.instance_state(id), "running");
  sim.advance(2s);
  EXPECT_EQ(sim.instance_state(id), "terminated");
  EXPECT_EQ(sim.request_status(bound), "closed/instance-terminated-no-capacity");
  EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", id}}).at("//stateReason/code"),
            "Server.SpotInstanceTermination");
}

TEST(SimSpotTest, ANoticeMayBeLateOrNeverCome) {
  Sim sim;
  const std::string late = sim.run_spot();
  sim.control("reclaim", {{"instance_id", late}, {"notice", true}, {"seconds", 10}});
  sim.advance(9s);
  EXPECT_EQ(sim.instance_state(late), "running");
  sim.advance(2s);
  EXPECT_EQ(sim.instance_state(late), "terminated");

  const std::string never = sim.run_spot();
  sim.control("reclaim", {{"instance_id", never}});
  sim.advance(1ms);
  EXPECT_EQ(sim.instance_state(never), "terminated");
}

TEST(SimSpotTest, AnOpenRequestWaitsForCapacityThenForItsPrice) {
  Sim sim;
  sim.set_spot_capacity(0);
  const std::string id = request(sim, {{"SpotPrice", "0.01"}});
  EXPECT_EQ(sim.request_status(id), "open/capacity-not-available");
  set_price(sim, "0.02");
  EXPECT_EQ(sim.request_status(id), "open/price-too-low");
  sim.set_spot_capacity(1);
  EXPECT_EQ(sim.request_status(id), "open/price-too-low");
  set_price(sim, "0.005");
  EXPECT_EQ(sim.request_status(id), "active/fulfilled");
}

TEST(SimSpotTest, APriceAboveTheRequestsTakesTheInstance) {
  Sim sim;
  const std::string id = sim.run_spot({{"InstanceMarketOptions.SpotOptions.MaxPrice", "0.01"}});
  const std::string other = sim.run_spot();
  const std::string bound = sim.request_of(id);
  set_price(sim, "0.02");
  EXPECT_EQ(sim.request_status(bound), "active/marked-for-termination");
  sim.advance(121s);
  EXPECT_EQ(sim.request_status(bound), "closed/instance-terminated-by-price");
  EXPECT_EQ(sim.instance_state(other), "running") << "no price of its own: it pays what it costs";
}

TEST(SimSpotTest, APersistentRequestOpensAgain) {
  Sim sim;
  const std::string id = request(sim, {{"Type", "persistent"}});
  const std::string first = instance_of(sim, id);
  sim.set_spot_capacity(0);
  sim.control("reclaim", {{"instance_id", first}});
  EXPECT_EQ(sim.request_status(id), "open/capacity-not-available");
  EXPECT_EQ(instance_of(sim, id), "");
  sim.set_spot_capacity(1);
  EXPECT_EQ(sim.request_status(id), "active/fulfilled");
  EXPECT_NE(instance_of(sim, id), first);

  sim.call("CancelSpotInstanceRequests", {{"SpotInstanceRequestId.1", id}});
  EXPECT_EQ(sim.request_status(id), "cancelled/request-canceled-and-instance-running");
  const std::string second = instance_of(sim, id);
  EXPECT_EQ(sim.instance_state(second), "running") << "cancelling does not terminate";
  sim.terminate(second);
  EXPECT_EQ(sim.request_status(id), "cancelled/instance-terminated-by-user");
}

TEST(SimSpotTest, AStoppedInstanceComesBackOnlyByTheHandThatStoppedIt) {
  Sim sim;
  const ParamMap persistent{
      {"InstanceMarketOptions.SpotOptions.SpotInstanceType", "persistent"},
      {"InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior", "stop"}};
  const std::string id = sim.run_spot(persistent);
  const std::string bound = sim.request_of(id);
  sim.set_spot_capacity(0);
  sim.control("notice", {{"instance_id", id}});
  EXPECT_EQ(sim.request_status(bound), "active/marked-for-stop");
  sim.advance(121s);
  EXPECT_EQ(sim.instance_state(id), "stopped");
  EXPECT_EQ(sim.request_status(bound), "disabled/instance-stopped-no-capacity");
  EXPECT_EQ(sim.call("StartInstances", {{"InstanceId.1", id}}).error(),
            "IncorrectSpotRequestState");
  sim.set_spot_capacity(1);
  sim.advance(1s);
  EXPECT_EQ(sim.instance_state(id), "running");

  sim.stop(id);
  EXPECT_EQ(sim.request_status(bound), "disabled/instance-stopped-by-user");
  EXPECT_EQ(sim.call("StartInstances", {{"InstanceId.1", id}}).error(), "");
  sim.advance(1s);
  EXPECT_EQ(sim.request_status(bound), "active/fulfilled");

  sim.stop(id);
  sim.call("CancelSpotInstanceRequests", {{"SpotInstanceRequestId.1", bound}});
  sim.advance(1s);
  EXPECT_EQ(sim.instance_state(id), "terminated");
}

TEST(SimSpotTest, AOneTimeInstanceCannotBeStopped) {
  Sim sim;
  const std::string id = sim.run_spot();
  EXPECT_EQ(sim.call("StopInstances", {{"InstanceId.1", id}}).error(), "UnsupportedOperation");
}

TEST(SimSpotTest, RequestsEndByTimeByCancelAndByBadParameters) {
  Sim sim;
  sim.set_spot_capacity(0);
  const std::string expiring = request(sim, {{"ValidUntil", "2026-03-01T13:00:00Z"}});
  const std::string cancelled = request(sim);
  const std::string later = request(sim, {{"ValidFrom", "2026-03-01T12:30:00Z"}});
  EXPECT_EQ(sim.request_status(later), "open/not-scheduled-yet");
  sim.call("CancelSpotInstanceRequests", {{"SpotInstanceRequestId.1", cancelled}});
  EXPECT_EQ(sim.request_status(cancelled), "cancelled/canceled-before-fulfillment");
  sim.advance(31min);
  EXPECT_EQ(sim.request_status(later), "open/capacity-not-available");
  sim.advance(30min);
  EXPECT_EQ(sim.request_status(expiring), "cancelled/schedule-expired");
  sim.call("DeregisterImage", {{"ImageId", kImage}});
  sim.set_spot_capacity(1);
  EXPECT_EQ(sim.request_status(later), "failed/bad-parameters");
}

TEST(SimSpotTest, AGuestThatPowersOffEndsItsOneTimeInstance) {
  Sim sim;
  const std::string id = sim.run_spot();
  const std::string bound = sim.request_of(id);
  sim.core().report(GuestPoweredOff{id});
  sim.advance(1s);
  EXPECT_EQ(sim.instance_state(id), "terminated");
  EXPECT_EQ(sim.request_status(bound), "closed/instance-terminated-by-user");

  const std::string on_demand = sim.run();
  sim.core().report(GuestPoweredOff{on_demand});
  sim.advance(1s);
  EXPECT_EQ(sim.instance_state(on_demand), "stopped");
}

TEST(SimSpotTest, AnEndedRequestDisappearsAfterHours) {
  Sim sim;
  const std::string id = sim.run_spot();
  const std::string bound = sim.request_of(id);
  sim.call("TerminateInstances", {{"InstanceId.1", id}});
  sim.advance(5h);
  EXPECT_EQ(sim.call("DescribeSpotInstanceRequests", {{"SpotInstanceRequestId.1", bound}}).error(),
            "InvalidSpotInstanceRequestID.NotFound");
}

}  // namespace
}  // namespace ec2spotter::sim
