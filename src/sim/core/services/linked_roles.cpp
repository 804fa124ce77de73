#include "sim/core/services/linked_roles.hpp"

#include <fmt/format.h>

#include "sim/core/services/iam.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

// Empty: no service of ours.
std::string role_of_service(const std::string& service) {
  if (service == kSpotService) return "AWSServiceRoleForEC2Spot";
  if (service == kFleetService) return "AWSServiceRoleForEC2Fleet";
  return {};
}

Json new_role(World& world, const std::string& service) {
  const std::string name = role_of_service(service);
  const std::string path = "/aws-service-role/" + service + "/";
  return {{"Path", path},
          {"RoleName", name},
          {"RoleId", service == kSpotService ? "AROA00000000000000SPT" : "AROA00000000000000FLT"},
          {"Arn", fmt::format("arn:aws:iam::{}:role{}{}", kAccount, path, name)},
          {"CreateDate", world.timestamp()},
          {"AssumeRolePolicyDocument",
           "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow"
           "%22%2C%22Principal%22%3A%7B%22Service%22%3A%22" +
               service + "%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D"},
          {"Tags", {{"*member", Json::array()}}},
          {"_policies", Json::object()}};
}

Result<Json> create_linked_role(Call& call) {
  TRY(const std::string service, call.params.need("AWSServiceName"));
  call.params.get_or("Description", "");
  TRY_VOID(call.params.finish());
  const std::string name = role_of_service(service);
  if (name.empty()) {
    return refuse("InvalidInput", service + " has no service-linked role in the local EC2");
  }
  if (call.find("role", name) != nullptr) {
    return refuse("InvalidInput", "Service role name " + name +
                                      " has been taken in this account, please try a different "
                                      "suffix.");
  }
  return Json{{"Role", call.put("role", name) = new_role(call.world, service)}};
}

}  // namespace

void need_linked_role(World& world, const std::string& service) {
  const std::string name = role_of_service(service);
  if (world.find(kEverywhere, "role", name) != nullptr) return;
  world.put(kEverywhere, "role", name) = new_role(world, service);
}

void add_linked_role_actions(Actions& actions) {
  actions.insert({{"CreateServiceLinkedRole", create_linked_role}});
}

}  // namespace ec2spotter::sim
