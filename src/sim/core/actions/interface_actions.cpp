// Network interfaces: the actions.
#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::size_t kInterfacesMost = 3;  // of an instance; what types.cpp says of every type

Result<Json*> need_interface(Call& call, const std::string& id) {
  return need(call, "network-interface", "InvalidNetworkInterfaceID.NotFound", id);
}

Result<Json*> need_attached(Call& call, const std::string& attachment_id) {
  Json* found = call.world.find_where(call.region, "network-interface", [&](const Json& each) {
    return text(each.value("attachment", Json::object()), "attachmentId") == attachment_id;
  });
  if (found != nullptr) return found;
  return refuse("InvalidAttachmentID.NotFound",
                "The attachment ID '" + attachment_id + "' does not exist");
}

void refresh_holder(Call& call, const Json& interface) {
  const Json attachment = interface.value("attachment", Json::object());
  if (Json* instance = call.find("instance", text(attachment, "instanceId"))) {
    refresh_interfaces(call.world, call.region, *instance);
  }
}

Result<Json> create_interface(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  NewInterface wanted;
  TRY(wanted.subnet_id, call.params.need("SubnetId"));
  wanted.private_ip = call.params.get_or("PrivateIpAddress", "");
  wanted.description = call.params.get_or("Description", "");
  wanted.group_ids = call.params.list("SecurityGroupId");
  TRY(const std::string type, one_of(call.params, "InterfaceType", "interface", {}));
  TRY(wanted.tags, read_tags(call.params, "network-interface"));
  const std::string token = call.params.get_or("ClientToken", "");
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  TRY(const Json* made, make_interface(call.world, call.region, wanted));
  Json reply{{"networkInterface", *made}};
  if (!token.empty()) reply["clientToken"] = token;
  remember_token(call, fingerprint, token, reply);
  return reply;
}

Result<Json> describe_interfaces(Call& call) {
  static const FilterPaths kPaths{
      {"network-interface-id", "networkInterfaceId"},
      {"subnet-id", "subnetId"},
      {"vpc-id", "vpcId"},
      {"status", "status"},
      {"description", "description"},
      {"owner-id", "ownerId"},
      {"mac-address", "macAddress"},
      {"private-ip-address", "privateIpAddress"},
      {"addresses.private-ip-address", "privateIpAddressesSet/*/privateIpAddress"},
      {"addresses.primary", "privateIpAddressesSet/*/primary"},
      {"private-dns-name", "privateDnsName"},
      {"availability-zone", "availabilityZone"},
      {"group-id", "groupSet/*/groupId"},
      {"group-name", "groupSet/*/groupName"},
      {"interface-type", "interfaceType"},
      {"association.allocation-id", "association/allocationId"},
      {"association.association-id", "association/associationId"},
      {"association.public-ip", "association/publicIp"},
      {"attachment.attachment-id", "attachment/attachmentId"},
      {"attachment.attach-time", "attachment/attachTime"},
      {"attachment.delete-on-termination", "attachment/deleteOnTermination"},
      {"attachment.device-index", "attachment/deviceIndex"},
      {"attachment.instance-id", "attachment/instanceId"},
      {"attachment.status", "attachment/status"}};
  return describe(call, {.kind = "network-interface",
                         .id_parameter = "NetworkInterfaceId",
                         .not_found = "InvalidNetworkInterfaceID.NotFound",
                         .set = "networkInterfaceSet",
                         .filters = &kPaths});
}

Result<void> change_attachment(Json& interface, const std::string& id, bool delete_it) {
  if (!interface.contains("attachment") || text(interface.at("attachment"), "attachmentId") != id) {
    return refuse("InvalidAttachmentID.NotFound", "The attachment ID '" + id + "' does not exist");
  }
  interface["attachment"]["deleteOnTermination"] = delete_it;
  return {};
}

Result<Json> modify_interface(Call& call) {
  Params& params = call.params;
  TRY(const std::string id, params.need("NetworkInterfaceId"));
  const auto description = params.get("Description.Value");
  const auto check = params.get("SourceDestCheck.Value");
  TRY(const bool check_value, params.flag("SourceDestCheck.Value", true));
  const auto groups = params.list("SecurityGroupId");
  const std::string attachment_id = params.get_or("Attachment.AttachmentId", "");
  TRY(const bool delete_it, params.flag("Attachment.DeleteOnTermination", true));
  TRY_VOID(call.finish());
  const int given = (description ? 1 : 0) + (check ? 1 : 0) + (groups.empty() ? 0 : 1) +
                    (attachment_id.empty() ? 0 : 1);
  if (given != 1) {
    return refuse("InvalidParameterCombination", "Modify one attribute in one call");
  }
  TRY(Json * interface, need_interface(call, id));
  if (!attachment_id.empty()) TRY_VOID(change_attachment(*interface, attachment_id, delete_it));
  if (description) (*interface)["description"] = *description;
  if (check) (*interface)["sourceDestCheck"] = check_value;
  if (!groups.empty()) {
    TRY((*interface)["groupSet"],
        group_set(call.world, call.region, {.subnet_id = {}, .group_ids = groups},
                  text(*interface, "vpcId")));
  }
  refresh_holder(call, *interface);
  return Json{{"return", true}};
}

Result<Json> attach(Call& call) {
  TRY(const std::string id, call.params.need("NetworkInterfaceId"));
  TRY(const std::string instance_id, call.params.need("InstanceId"));
  TRY(const std::string given, call.params.need("DeviceIndex"));
  TRY(const auto index, call.params.number("DeviceIndex"));
  TRY(const auto card, call.params.number("NetworkCardIndex"));
  TRY_VOID(call.finish());
  TRY(Json * interface, need_interface(call, id));
  TRY(Json * instance, need_instance(call, instance_id));
  const std::string state = state_name(*instance);
  if (state != "running" && state != "stopped") {
    return refuse("IncorrectState", "Instance '" + instance_id + "' is not running or stopped.");
  }
  if (text(*interface, "status") != "available") {
    return refuse("InvalidNetworkInterface.InUse", "Interface: [" + id + "] in use.");
  }
  if (text(*interface, "availabilityZone") != text(instance->at("placement"), "availabilityZone")) {
    return refuse("InvalidParameterCombination",
                  "You may not attach a network interface to an instance in another zone");
  }
  for (const Json& other : instance->at("networkInterfaceSet")) {
    if (other.at("attachment").at("deviceIndex") == *index) {
      return refuse("InvalidParameterValue", "Instance '" + instance_id +
                                                 "' already has an interface attached at device "
                                                 "index '" +
                                                 std::to_string(*index) + "'.");
    }
  }
  if (card.value_or(0) != 0 || *index < 1 ||
      instance->at("networkInterfaceSet").size() >= kInterfacesMost) {
    return refuse("AttachmentLimitExceeded",
                  "Interface count exceeds the limit for " + text(*instance, "instanceType"));
  }
  attach_interface(call.world, *instance, *interface,
                   {.device_index = *index, .delete_on_termination = false});
  refresh_interfaces(call.world, call.region, *instance);
  return Json{{"attachmentId", interface->at("attachment").at("attachmentId")},
              {"networkCardIndex", 0}};
}

Result<Json> detach(Call& call) {
  TRY(const std::string id, call.params.need("AttachmentId"));
  TRY(const bool force, call.params.flag("Force", false));
  static_cast<void>(force);  // Every detachment succeeds here, so force makes no difference.
  TRY_VOID(call.finish());
  TRY(Json * interface, need_attached(call, id));
  if (interface->at("attachment").at("deviceIndex") == 0) {
    return refuse("OperationNotPermitted",
                  "The network interface at device index 0 cannot be detached.");
  }
  const std::string holder = text(interface->at("attachment"), "instanceId");
  interface->erase("attachment");
  (*interface)["status"] = "available";
  if (Json* address = address_where(call.world, call.region, "networkInterfaceId",
                                    text(*interface, "networkInterfaceId"))) {
    address->erase("instanceId");
  }
  if (Json* instance = call.find("instance", holder)) {
    refresh_interfaces(call.world, call.region, *instance);
  }
  return Json{{"return", true}};
}

Result<Json> delete_one(Call& call) {
  TRY(const std::string id, call.params.need("NetworkInterfaceId"));
  TRY_VOID(call.finish());
  TRY(const Json* interface, need_interface(call, id));
  if (text(*interface, "status") != "available") {
    return refuse("InvalidParameterValue", "Network interface '" + id + "' is currently in use.");
  }
  delete_interface(call.world, call.region, id);
  return Json{{"return", true}};
}

}  // namespace

void add_interface_actions(Actions& actions) {
  actions.insert({{"CreateNetworkInterface", create_interface},
                  {"DescribeNetworkInterfaces", describe_interfaces},
                  {"ModifyNetworkInterfaceAttribute", modify_interface},
                  {"AttachNetworkInterface", attach},
                  {"DetachNetworkInterface", detach},
                  {"DeleteNetworkInterface", delete_one}});
}

}  // namespace ec2spotter::sim
