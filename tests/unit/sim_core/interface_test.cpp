// Network interfaces that outlive their instances, and fixed private addresses.
#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

std::string subnet_in(Sim& sim, const std::string& zone) {
  return sim
      .call("DescribeSubnets", {{"Filter.1.Name", "availability-zone"}, {"Filter.1.Value.1", zone}})
      .at("//subnetId");
}

std::string make_interface(Sim& sim, const ParamMap& more = {}, const std::string& zone = kZone) {
  ParamMap params{{"SubnetId", subnet_in(sim, zone)}};
  params.insert(more.begin(), more.end());
  return sim.call("CreateNetworkInterface", params).at("//networkInterfaceId");
}

Reply show(Sim& sim, const std::string& interface) {
  return sim.call("DescribeNetworkInterfaces", {{"NetworkInterfaceId.1", interface}});
}

ParamMap with(const std::string& interface) {
  return {{"NetworkInterface.1.DeviceIndex", "0"},
          {"NetworkInterface.1.NetworkInterfaceId", interface}};
}

TEST(SimInterfaceTest, AKeptOneGivesTheNextInstanceItsAddressesAndItsElasticIp) {
  Sim sim;
  const std::string interface = make_interface(sim, {{"PrivateIpAddress", "172.31.0.77"}});
  const std::string mac = show(sim, interface).at("//macAddress");
  const Reply address = sim.call("AllocateAddress", {{"Domain", "vpc"}});
  const std::string ip = address.at("//publicIp");
  std::string last;
  for (int i = 0; i < 2; ++i) {
    const std::string instance = sim.run(with(interface));
    const Reply shown = sim.call("DescribeInstances", {{"InstanceId.1", instance}});
    EXPECT_EQ(shown.at("//instancesSet/item/privateIpAddress"), "172.31.0.77");
    EXPECT_EQ(shown.at("//networkInterfaceSet/item/macAddress"), mac);
    EXPECT_EQ(shown.at("//instancesSet/item/ipAddress"), i == 0 ? "" : ip);
    if (i == 0) {
      sim.call("AssociateAddress",
               {{"AllocationId", address.at("//allocationId")}, {"NetworkInterfaceId", interface}});
    }
    EXPECT_EQ(sim.call("DescribeAddresses").at("//item[publicIp='" + ip + "']/instanceId"),
              instance);
    EXPECT_EQ(show(sim, interface).at("//attachment/deleteOnTermination"), "false");
    sim.terminate(instance);
    EXPECT_EQ(show(sim, interface).at("//networkInterfaceSet/item/status"), "available");
    EXPECT_EQ(show(sim, interface).at("//association/publicIp"), ip);
  }
}

TEST(SimInterfaceTest, OneThatALaunchMadeIsKeptWhenItIsAskedFor) {
  Sim sim;
  const std::string instance = sim.run();
  const Reply shown = sim.call("DescribeInstances", {{"InstanceId.1", instance}});
  const std::string interface = shown.at("//networkInterfaceId");
  const ParamMap keep{{"NetworkInterfaceId", interface},
                      {"Attachment.AttachmentId", shown.at("//attachmentId")},
                      {"Attachment.DeleteOnTermination", "false"}};
  EXPECT_EQ(sim.call("ModifyNetworkInterfaceAttribute", keep).error(), "");
  EXPECT_EQ(sim.call("DescribeInstances", {{"InstanceId.1", instance}})
                .at("//networkInterfaceSet/item/attachment/deleteOnTermination"),
            "false");
  sim.terminate(instance);
  EXPECT_EQ(show(sim, interface).at("//networkInterfaceSet/item/status"), "available");
  const std::string other = sim.run();
  const std::string doomed =
      sim.call("DescribeInstances", {{"InstanceId.1", other}}).at("//networkInterfaceId");
  sim.terminate(other);
  EXPECT_EQ(show(sim, doomed).error(), "InvalidNetworkInterfaceID.NotFound");
}

TEST(SimInterfaceTest, ItStaysInUseUntilItsInstanceHasEnded) {
  Sim sim(Profile::realistic);
  const std::string interface = make_interface(sim);
  const std::string instance = sim.run(with(interface));
  sim.advance(10s);
  sim.call("TerminateInstances", {{"InstanceId.1", instance}});
  sim.advance(5s);
  EXPECT_EQ(sim.call("RunInstances", run_params(with(interface))).error(),
            "InvalidNetworkInterface.InUse");
  sim.advance(30s);
  EXPECT_EQ(sim.call("RunInstances", run_params(with(interface))).error(), "");
}

TEST(SimInterfaceTest, RefusesWhatDoesNotGoTogether) {
  Sim sim;
  const std::string interface = make_interface(sim);
  const std::string far = make_interface(sim, {}, "us-east-1b");
  const std::string subnet = subnet_in(sim, kZone);
  const auto error = [&](const ParamMap& more) {
    ParamMap params = run_params(with(interface));
    for (const auto& [name, value] : more) params[name] = value;
    return sim.call("RunInstances", params).error();
  };
  const std::string first = "NetworkInterface.1.";
  const std::string second = "NetworkInterface.2.";
  EXPECT_EQ(error({{"SubnetId", subnet}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{"SecurityGroupId.1", "sg-1"}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{"PrivateIpAddress", "172.31.0.9"}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{first + "SubnetId", subnet}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{first + "PrivateIpAddress", "172.31.0.9"}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{first + "DeleteOnTermination", "true"}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{"MaxCount", "2"}}), "InvalidParameterCombination");
  EXPECT_EQ(error({{first + "NetworkInterfaceId", "eni-none"}}),
            "InvalidNetworkInterfaceID.NotFound");
  EXPECT_EQ(error({{first + "NetworkInterfaceId", far}}), "InvalidParameterValue")
      << "the launch names another zone";
  EXPECT_EQ(error({{second + "DeviceIndex", "1"}, {second + "NetworkInterfaceId", far}}),
            "InvalidParameterCombination");
  EXPECT_EQ(error({{second + "DeviceIndex", "1"}, {second + "NetworkInterfaceId", interface}}),
            "InvalidParameterValue");
  EXPECT_EQ(show(sim, interface).at("//networkInterfaceSet/item/status"), "available");
}

TEST(SimInterfaceTest, APrivateAddressIsGivenOnceAndLiesInItsSubnet) {
  Sim sim;
  const auto make = [&](const std::string& ip) {
    return sim
        .call("CreateNetworkInterface",
              {{"SubnetId", subnet_in(sim, kZone)}, {"PrivateIpAddress", ip}})
        .error();
  };
  const auto run = [&](const ParamMap& more) {
    return sim.call("RunInstances", run_params(more)).error();
  };
  EXPECT_EQ(make("172.31.0.9"), "");
  EXPECT_EQ(make("172.31.0.9"), "InvalidIPAddress.InUse");
  for (const char* outside : {"172.31.16.9", "10.0.0.9", "172.31.0.3", "shoe"}) {
    EXPECT_EQ(make(outside), "InvalidParameterValue") << outside;
    EXPECT_EQ(run({{"PrivateIpAddress", outside}}), "InvalidParameterValue") << outside;
  }
  EXPECT_EQ(run({{"PrivateIpAddress", "172.31.0.9"}}), "InvalidIPAddress.InUse");
  EXPECT_EQ(run({{"PrivateIpAddress", "172.31.0.10"}, {"MaxCount", "2"}}),
            "InvalidParameterCombination");
  const std::string inside = "NetworkInterface.1.PrivateIpAddress";
  EXPECT_EQ(run({{"NetworkInterface.1.DeviceIndex", "0"}, {inside, "172.31.0.9"}}),
            "InvalidIPAddress.InUse");
  const std::string instance = sim.run({{"PrivateIpAddress", "172.31.0.10"}});
  const auto with_ip = [&](const char* filter) {
    return sim
        .call("DescribeNetworkInterfaces",
              {{"Filter.1.Name", filter}, {"Filter.1.Value.1", "172.31.0.10"}})
        .at("//attachment/instanceId");
  };
  EXPECT_EQ(with_ip("private-ip-address"), instance);
  EXPECT_EQ(with_ip("addresses.private-ip-address"), instance);
}

TEST(SimInterfaceTest, AFailedLaunchLeavesNoInterfaceBehind) {
  Sim sim;
  make_interface(sim, {{"PrivateIpAddress", "172.31.0.9"}});
  const Reply failed =
      sim.call("RunInstances", run_params({{"NetworkInterface.1.DeviceIndex", "0"},
                                           {"NetworkInterface.1.DeleteOnTermination", "false"},
                                           {"NetworkInterface.2.DeviceIndex", "1"},
                                           {"NetworkInterface.2.PrivateIpAddress", "172.31.0.9"}}));
  EXPECT_EQ(failed.error(), "InvalidIPAddress.InUse");
  EXPECT_EQ(sim.call("DescribeNetworkInterfaces").all("//networkInterfaceSet/item/status"),
            std::vector<std::string>{"available"});
}

TEST(SimInterfaceTest, APersistentRequestWaitsForTheInterfaceOfItsLastInstance) {
  Sim sim(Profile::realistic);
  const std::string interface = make_interface(sim);
  const std::string of_request = "LaunchSpecification.NetworkInterface.1.";
  const ParamMap persistent{{"Type", "persistent"},
                            {"LaunchSpecification.ImageId", kImage},
                            {"LaunchSpecification.InstanceType", "t3.small"},
                            {of_request + "DeviceIndex", "0"},
                            {of_request + "NetworkInterfaceId", interface}};
  const std::string request =
      sim.call("RequestSpotInstances", persistent).at("//spotInstanceRequestId");
  sim.advance(20s);
  EXPECT_EQ(sim.request_status(request), "active/fulfilled");
  const std::string first = show(sim, interface).at("//attachment/instanceId");
  sim.call("TerminateInstances", {{"InstanceId.1", first}});
  sim.advance(10s);
  EXPECT_EQ(sim.request_status(request), "open/constraint-not-fulfillable");
  sim.advance(2min);
  EXPECT_EQ(sim.request_status(request), "active/fulfilled");
  EXPECT_NE(show(sim, interface).at("//attachment/instanceId"), first);
}

TEST(SimZoneTest, AZoneThatTheAccountHasNotOptedInToTakesNothing) {
  Sim sim;
  const std::string zone = "us-east-1b";
  const std::string subnet = subnet_in(sim, zone);
  const auto shown = [&](const ParamMap& more) {
    ParamMap params{{"Filter.1.Name", "zone-name"}, {"Filter.1.Value.1", zone}};
    params.insert(more.begin(), more.end());
    const Reply reply = sim.call("DescribeAvailabilityZones", params);
    return reply.at("//zoneState") + "/" + reply.at("//optInStatus");
  };
  const ParamMap all{{"AllAvailabilityZones", "true"}};
  EXPECT_EQ(shown({}), "available/opt-in-not-required");
  sim.control("zone", {{"zone", zone}, {"state", "constrained"}});
  EXPECT_EQ(shown({}), "constrained/opt-in-not-required");
  sim.control("zone", {{"zone", zone}, {"opt_in", "not-opted-in"}});
  EXPECT_EQ(shown({}), "/");
  EXPECT_EQ(shown(all), "constrained/not-opted-in");
  EXPECT_EQ(subnet_in(sim, zone), "");
  const ParamMap there{{"AvailabilityZone", zone}, {"Size", "8"}};
  EXPECT_EQ(sim.call("CreateVolume", there).error(), "InvalidZone.NotFound");
  EXPECT_EQ(sim.call("RunInstances", run_params({{"Placement.AvailabilityZone", zone}})).error(),
            "InvalidParameterValue");
  const Json saved = sim.core().save();
  EXPECT_TRUE(sim.core().load(saved));
  sim.control("zone", {{"zone", zone}, {"opt_in", "opted-in"}});
  EXPECT_EQ(subnet_in(sim, zone), subnet);
  EXPECT_EQ(sim.call("CreateVolume", there).error(), "");
  EXPECT_EQ(sim.call("RunInstances",
                     run_params({{"Placement.AvailabilityZone", kZone}, {"SubnetId", subnet}}))
                .error(),
            "InvalidParameterValue");
  sim.run();
  for (const Json& wrong : {Json{{"zone", "mars"}}, Json{{"zone", zone}, {"state", "shut"}},
                            Json{{"zone", zone}, {"opt_in", "maybe"}},
                            Json{{"zone", kZone}, {"opt_in", "not-opted-in"}}}) {
    EXPECT_FALSE(sim.core().control("zone", wrong)) << wrong.dump();
  }
}

}  // namespace
}  // namespace ec2spotter::sim
