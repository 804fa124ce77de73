// The calls about network interfaces, and a launch on one.
#include <gtest/gtest.h>

#include "aws/wire/ec2/replies.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

constexpr std::string_view kMembers = R"(
  <networkInterfaceId>eni-0a</networkInterfaceId><subnetId>subnet-0b</subnetId>
  <availabilityZone>us-east-1b</availabilityZone><status>in-use</status>
  <macAddress>06:11:22:33:44:55</macAddress><privateIpAddress>172.31.16.5</privateIpAddress>
  <attachment><instanceId>i-0c</instanceId><deviceIndex>0</deviceIndex></attachment>
  <tagSet><item><key>k</key><value>v</value></item></tagSet>)";

NetworkInterface expected() {
  NetworkInterface interface;
  interface.id = InterfaceId("eni-0a");
  interface.status = "in-use";
  interface.zone = "us-east-1b";
  interface.private_ip = "172.31.16.5";
  interface.mac = "06:11:22:33:44:55";
  interface.instance = InstanceId("i-0c");
  interface.tags = {{"k", "v"}};
  return interface;
}

std::string sent_for(const RunInstancesSpec& spec) {
  const auto call = run_instances_call(spec);
  return call ? encode_call(*call) : call.error().message;
}

TEST(InterfaceCallsTest, OneIsMadeWithATokenAndItsTags) {
  const auto call = create_interface_call({.subnet = SubnetId("subnet-1"),
                                           .security_groups = {GroupId("sg-1"), GroupId("sg-2")},
                                           .description = "web",
                                           .client_token = "token",
                                           .tags = {{"k", "v"}}});
  EXPECT_EQ(call.effect, Effect::by_token);
  EXPECT_EQ(encode_call(call),
            "Action=CreateNetworkInterface&Version=2016-11-15&SubnetId=subnet-1"
            "&SecurityGroupId.1=sg-1&SecurityGroupId.2=sg-2&Description=web&ClientToken=token"
            "&TagSpecification.1.ResourceType=network-interface"
            "&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v");
}

TEST(InterfaceCallsTest, TheyAreFoundByFiltersAndDeletedById) {
  EXPECT_EQ(encode_call(describe_interfaces_call({{"tag:a", {"b"}}}, {})),
            "Action=DescribeNetworkInterfaces&Version=2016-11-15&Filter.1.Name=tag%3Aa"
            "&Filter.1.Value.1=b&MaxResults=1000");
  const auto call = delete_interface_call(InterfaceId("eni-1"));
  EXPECT_EQ(call.effect, Effect::unknown);
  EXPECT_EQ(encode_call(call),
            "Action=DeleteNetworkInterface&Version=2016-11-15&NetworkInterfaceId=eni-1");
}

TEST(InterfaceCallsTest, ALaunchOnOneNamesNoSubnetGroupZoneOrTagsOfAnInterface) {
  RunInstancesSpec spec;
  spec.image = ImageId("ami-1");
  spec.pool = {"t3.small", "us-east-1a", Market::on_demand};
  spec.interface = InterfaceId("eni-1");
  spec.instance_tags = {{"k", "v"}};
  const std::string sent = sent_for(spec);
  EXPECT_NE(
      sent.find("&NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.NetworkInterfaceId=eni-1"
                "&NetworkInterface.1.DeleteOnTermination=false"),
      std::string::npos)
      << sent;
  for (const char* absent :
       {"SubnetId", "SecurityGroup", "Placement", "PublicIp", "ResourceType=network-interface"}) {
    EXPECT_EQ(sent.find(absent), std::string::npos) << absent << " in " << sent;
  }
  spec.count = 2;
  EXPECT_NE(sent_for(spec).find("is for one instance"), std::string::npos);
  spec.count = 1;
  spec.subnet = SubnetId("subnet-1");
  EXPECT_NE(sent_for(spec).find("subnet and groups already"), std::string::npos);
}

TEST(InterfaceCallsTest, AnAddressMayBeAssociatedWithOne) {
  EXPECT_EQ(encode_call(associate_address_call({.address = AllocationId("eipalloc-1"),
                                                .instance = InstanceId("i-1"),
                                                .interface = InterfaceId("eni-1")})),
            "Action=AssociateAddress&Version=2016-11-15&AllocationId=eipalloc-1"
            "&NetworkInterfaceId=eni-1&AllowReassociation=false");
}

TEST(InterfaceCallsTest, RepliesAreRead) {
  const std::string members(kMembers);
  const auto page = parse_describe_interfaces(
      "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item>" + members +
      "</item></networkInterfaceSet><nextToken>more</nextToken>"
      "</DescribeNetworkInterfacesResponse>");
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0], expected());
  EXPECT_EQ(page->next_token, "more");
  EXPECT_FALSE(page->items[0].is_free());
  const auto made =
      parse_create_interface("<CreateNetworkInterfaceResponse><networkInterface>" + members +
                             "</networkInterface></CreateNetworkInterfaceResponse>");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, expected());
  EXPECT_FALSE(parse_create_interface("<CreateNetworkInterfaceResponse/>"));
}

}  // namespace
}  // namespace ec2spotter::aws
