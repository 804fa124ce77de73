#include "unattended_guests.hpp"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "control/act/machine_role.hpp"
#include "model/tags.hpp"

namespace ec2spotter::scenario {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRegion = "us-east-1";

std::string error_of(const sim::ApiReply& reply) {
  pugi::xml_document document;
  document.load_string(reply.body.c_str());
  return document.select_node("//Error/Code").node().text().get();
}

}  // namespace

sim::ApiReply UnattendedGuests::identity(const std::string& action, sim::ParamMap parameters) {
  parameters["Action"] = action;
  return ec2_.core().handle({.service = "iam",
                             .region = kRegion,
                             .access_key = "test",
                             .params = std::move(parameters),
                             .target = {},
                             .body = {}});
}

void UnattendedGuests::make_role(const Machine& machine, const std::vector<std::string>& keys) {
  const std::string name = profile_of(machine);
  const RoleScope scope{
      .partition = "aws", .region = kRegion, .account = "123456789012", .kms_keys = keys};
  const sim::ParamMap both{{"RoleName", name}, {"InstanceProfileName", name}};
  for (const auto& [action, parameters] : std::vector<std::pair<std::string, sim::ParamMap>>{
           {"CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", "{}"}}},
           {"PutRolePolicy",
            {{"RoleName", name},
             {"PolicyName", "ec2spotter"},
             {"PolicyDocument", role_policy(machine, scope)}}},
           {"CreateInstanceProfile", {{"InstanceProfileName", name}}},
           {"AddRoleToInstanceProfile", both}}) {
    const sim::ApiReply reply = identity(action, parameters);
    EXPECT_EQ(reply.status, 200) << action << reply.body;
  }
}

std::string UnattendedGuests::call_as(const std::string& instance, const std::string& action,
                                      sim::ParamMap parameters) {
  std::string key;
  for (const auto& [path, value] : ec2_.core().metadata(instance).entries) {
    if (path.find("security-credentials/") != std::string::npos) {
      key = sim::Json::parse(value).at("AccessKeyId");
    }
  }
  parameters["Action"] = action;
  parameters["Version"] = "2016-11-15";
  return error_of(ec2_.core().handle({.service = "ec2",
                                      .region = kRegion,
                                      .access_key = key,
                                      .params = std::move(parameters),
                                      .target = {},
                                      .body = {}}));
}

bool UnattendedGuests::is_in_boot_program(const sim::Json& instance) {
  const std::string id = instance.at("instanceId");
  return sim::text(instance.at("instanceState"), "name") == "running" &&
         !sim::tag_value(instance, tag::kFleetId).empty() &&
         ec2_.guests().console(id).find("identify ok") != std::string::npos;
}

// Before the root, as the boot program does.
bool UnattendedGuests::has_data(const sim::Json& instance) {
  const std::string id = instance.at("instanceId");
  char device = 'g';
  bool all = true;
  for (const sim::Json& volume : ec2_.resources("volume")) {
    const bool ours =
        sim::tag_value(volume, tag::kRole) == tag::kRoleData &&
        sim::tag_value(volume, tag::kMachine) == sim::tag_value(instance, tag::kMachine);
    if (!ours) continue;
    const sim::Json& held = volume.at("attachmentSet");
    if (held.empty()) {
      call_as(id, "AttachVolume",
              {{"VolumeId", volume.at("volumeId")},
               {"InstanceId", id},
               {"Device", std::string("/dev/sd") + device}});
    }
    ++device;
    all = all && !held.empty() && held[0].at("instanceId") == id &&
          held[0].at("status") == "attached";
  }
  return all;
}

void UnattendedGuests::act() {
  for (const sim::Json& instance : ec2_.living()) {
    if (!is_in_boot_program(instance) || !has_data(instance)) continue;
    const std::string id = instance.at("instanceId");
    const std::string volume = sim::tag_value(instance, tag::kBodyOf);
    const std::string holder = ec2_.holder(volume);
    if (holder.empty()) {
      call_as(id, "AttachVolume",
              {{"VolumeId", volume}, {"InstanceId", id}, {"Device", "/dev/sdf"}});
    }
    if (holder != id) continue;
    for (const sim::Json& address : ec2_.resources("address")) {
      if (sim::tag_value(address, tag::kMachine) != sim::tag_value(instance, tag::kMachine) ||
          address.value("instanceId", "") == id) {
        continue;
      }
      EXPECT_EQ(call_as(id, "AssociateAddress",
                        {{"AllocationId", address.at("allocationId")},
                         {"InstanceId", id},
                         {"AllowReassociation", "true"}}),
                "");
    }
  }
}

bool UnattendedGuests::pass_until_served(const Machine& machine, Duration max) {
  const TimePoint end = ec2_.clock().now() + max;
  while (ec2_.clock().now() < end) {
    ec2_.pass(1s);
    act();
    if (ec2_.guests().ssh_answers(machine.elastic_ip)) return true;
  }
  return false;
}

}  // namespace ec2spotter::scenario
