// The requests and the replies about network interfaces.
#include "aws/wire/ec2/replies.hpp"
#include "aws/wire/ec2/reply_parts.hpp"
#include "aws/wire/ec2/request_parts.hpp"
#include "aws/wire/ec2/requests.hpp"

namespace ec2spotter::aws {
namespace {

Result<NetworkInterface> read_interface(XmlElement item) {
  NetworkInterface interface;
  TRY(const std::string id, item.required("networkInterfaceId"));
  interface.id = InterfaceId(id);
  TRY(interface.status, item.required("status"));
  TRY(interface.zone, item.required("availabilityZone"));
  interface.private_ip = item.text("privateIpAddress");
  interface.mac = item.text("macAddress");
  interface.instance = InstanceId(item.child("attachment").text("instanceId"));
  interface.tags = read_tags(item.child("tagSet"));
  return interface;
}

}  // namespace

ApiCall describe_interfaces_call(const std::vector<Filter>& filters, const Page& page) {
  return describe("DescribeNetworkInterfaces", filters, page);
}

ApiCall create_interface_call(const InterfaceSpec& spec) {
  ApiCall call = changing("CreateNetworkInterface");
  if (!spec.client_token.empty()) call.effect = Effect::by_token;
  call.params.add("SubnetId", spec.subnet.str());
  add_ids(call.params, "SecurityGroupId", spec.security_groups);
  call.params.add_if("Description", spec.description);
  call.params.add_if("ClientToken", spec.client_token);
  add_tag_specifications(call.params, "", {"network-interface"}, spec.tags);
  return call;
}

ApiCall delete_interface_call(const InterfaceId& id) {
  ApiCall call = changing("DeleteNetworkInterface");
  call.params.add("NetworkInterfaceId", id.str());
  return call;
}

Result<PageOf<NetworkInterface>> parse_describe_interfaces(std::string_view body) {
  return read_page<NetworkInterface>(body, "DescribeNetworkInterfacesResponse",
                                     "networkInterfaceSet", read_interface);
}

Result<NetworkInterface> parse_create_interface(std::string_view body) {
  TRY(const XmlDocument document, XmlDocument::parse(body));
  TRY(const XmlElement root, expect_root(document, "CreateNetworkInterfaceResponse"));
  return read_interface(root.child("networkInterface"));
}

}  // namespace ec2spotter::aws
