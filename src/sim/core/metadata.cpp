// What the metadata service (IMDS) of an instance shows. Source: EC2 user guide, "Instance metadata
// categories".
#include "base/base64.hpp"
#include "sim/core/core.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/services/iam.hpp"
#include "sim/core/state/instance_state.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kCredentialsLast = 6h;
constexpr Duration kCredentialsAhead = 1h;  // a new set is offered so long before the end

class Entries {
 public:
  explicit Entries(MetadataView& view) : view_(view) {}

  void add(const std::string& path, const std::string& value) {
    view_.entries.emplace_back("meta-data/" + path, value);
  }
  // An entry without content is a 404, not an empty document.
  void add_if(const std::string& path, const std::string& value) {
    if (!value.empty()) add(path, value);
  }

 private:
  MetadataView& view_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : "\n") + line;
  return all;
}

void add_identity(Entries& entries, const Json& instance, const std::string& region) {
  const bool spot = text(instance, "instanceLifecycle") == "spot";
  const Json& placement = instance.at("placement");
  const std::string host = text(instance, "privateDnsName");
  entries.add("ami-id", text(instance, "imageId"));
  entries.add("ami-launch-index", instance.at("amiLaunchIndex").dump());
  entries.add("ami-manifest-path", "(unknown)");
  entries.add("hostname", host);
  entries.add("instance-action", "none");
  entries.add("instance-id", text(instance, "instanceId"));
  entries.add("instance-life-cycle", spot ? "spot" : "on-demand");
  entries.add("instance-type", text(instance, "instanceType"));
  entries.add("local-hostname", host);
  entries.add("local-ipv4", text(instance, "privateIpAddress"));
  entries.add("mac", text(instance, "_mac"));
  entries.add("placement/availability-zone", text(placement, "availabilityZone"));
  entries.add("placement/availability-zone-id", text(placement, "availabilityZoneId"));
  entries.add("placement/region", region);
  entries.add("profile", "default-hvm");
  entries.add("reservation-id", text(instance, "_reservation"));
  entries.add("security-groups", joined(values_at(instance, "groupSet/*/groupName")));
  entries.add("services/domain", "amazonaws.com");
  entries.add("services/partition", "aws");
  entries.add("system", "nitro");
  entries.add_if("public-hostname", text(instance, "dnsName"));
  entries.add_if("public-ipv4", text(instance, "ipAddress"));
}

// What the launch mapped: ami and root by name, the other disks as ebs1, ebs2 ...
void add_disks(Entries& entries, const Json& instance) {
  const std::string root = text(instance, "rootDeviceName");
  entries.add("block-device-mapping/ami", root);
  entries.add("block-device-mapping/root", root);
  int number = 0;
  for (const std::string& device : values_at(instance, "_launch_devices/*")) {
    if (device != root) {
      entries.add("block-device-mapping/ebs" + std::to_string(++number), device);
    }
  }
}

void add_interface(Entries& entries, World& world, const std::string& region,
                   const Json& interface) {
  const std::string base = "network/interfaces/macs/" + text(interface, "macAddress") + "/";
  const auto add = [&](const char* name, const std::string& value) {
    entries.add_if(base + name, value);
  };
  const std::string ip = text(interface, "privateIpAddress");
  const Json association = interface.value("association", Json::object());
  const std::string public_ip = text(association, "publicIp");
  add("device-number", interface.at("attachment").at("deviceIndex").dump());
  add("interface-id", text(interface, "networkInterfaceId"));
  add("local-hostname", text(interface, "privateDnsName"));
  add("local-ipv4s", ip);
  add("mac", text(interface, "macAddress"));
  add("owner-id", text(interface, "ownerId"));
  add("public-hostname", text(association, "publicDnsName"));
  add("public-ipv4s", public_ip);
  add("security-group-ids", joined(values_at(interface, "groupSet/*/groupId")));
  add("security-groups", joined(values_at(interface, "groupSet/*/groupName")));
  add("subnet-id", text(interface, "subnetId"));
  add("vpc-id", text(interface, "vpcId"));
  if (!public_ip.empty()) entries.add(base + "ipv4-associations/" + public_ip, ip);
  if (const Json* subnet = world.find(region, "subnet", text(interface, "subnetId"))) {
    add("subnet-ipv4-cidr-block", text(*subnet, "cidrBlock"));
  }
  if (const Json* vpc = world.find(region, "vpc", text(interface, "vpcId"))) {
    add("vpc-ipv4-cidr-block", text(*vpc, "cidrBlock"));
    add("vpc-ipv4-cidr-blocks", text(*vpc, "cidrBlock"));
  }
}

void add_key(Entries& entries, World& world, const std::string& region, const Json& instance) {
  const Json* key = world.find(region, "key-pair", text(instance, "keyName"));
  if (key == nullptr) return;
  // EC2 lists the key as "0=name", which stands for the folder "0/" that its text is in.
  entries.add("public-keys/0=" + text(*key, "keyName"), "");
  entries.add("public-keys/0/openssh-key", text(*key, "_public_key"));
}

void add_spot(Entries& entries, const Json& instance) {
  const auto at = parse_iso8601(text(instance, "_reclaim_at"));
  if (at && instance.value("_noticed", false)) {
    const std::string action = text(instance, "_reclaim_action");
    const std::string time = format_iso8601(*at);
    entries.add("spot/instance-action", Json{{"action", action}, {"time", time}}.dump());
    if (action == "terminate") entries.add("spot/termination-time", time);
  }
  if (const std::string noticed = text(instance, "_rebalance_at"); !noticed.empty()) {
    entries.add("events/recommendations/rebalance", Json{{"noticeTime", noticed}}.dump());
  }
}

std::string identity_document(const Json& instance, const std::string& region) {
  return Json{{"accountId", kAccount},
              {"architecture", text(instance, "architecture")},
              {"availabilityZone", text(instance.at("placement"), "availabilityZone")},
              {"billingProducts", nullptr},
              {"devpayProductCodes", nullptr},
              {"imageId", text(instance, "imageId")},
              {"instanceId", text(instance, "instanceId")},
              {"instanceType", text(instance, "instanceType")},
              {"kernelId", nullptr},
              {"marketplaceProductCodes", nullptr},
              {"pendingTime", text(instance, "launchTime")},
              {"privateIp", text(instance, "privateIpAddress")},
              {"ramdiskId", nullptr},
              {"region", region},
              {"version", "2017-09-30"}}
      .dump(2);
}

}  // namespace

// The moment from which EC2 can assume the role of an instance profile.
TimePoint Core::credentials_from(const std::string& profile) {
  const Json* found = world_.find(kEverywhere, "instance-profile", profile);
  const auto since = found == nullptr ? std::nullopt : parse_iso8601(text(*found, "_role_since"));
  const std::chrono::seconds delay(world_.settings().value("delay/credentials", 0L));
  return since ? *since + delay : TimePoint{};
}

void Core::add_credentials(MetadataView& view, const Json& instance) {
  const std::string arn = text(instance.at("iamInstanceProfile"), "arn");
  const std::string role = role_of_profile(world_, arn.substr(arn.rfind('/') + 1));
  if (role.empty()) return;
  const std::string id = text(instance, "instanceId");
  const Json info{{"Code", "Success"},
                  {"LastUpdated", format_iso8601(world_.now())},
                  {"InstanceProfileArn", arn},
                  {"InstanceProfileId", text(instance.at("iamInstanceProfile"), "id")}};
  view.entries.emplace_back("meta-data/iam/info", info.dump(2));
  const std::string path = "meta-data/iam/security-credentials/" + role;
  if (world_.now() < credentials_from(arn.substr(arn.rfind('/') + 1))) {
    view.entries.emplace_back(path, Json{{"Code", "AssumeRoleUnauthorizedAccess"},
                                         {"Message", "EC2 cannot assume the role " + role + "."},
                                         {"LastUpdated", format_iso8601(world_.now())}}
                                        .dump(2));
    return;
  }
  // The same set for everyone who asks within a period, so that asking changes nothing.
  const Duration period = kCredentialsLast - kCredentialsAhead;
  const auto number = world_.now().time_since_epoch() / period;
  const TimePoint begun{period * number};
  const IssuedKey key =
      issue_key(id + "/" + std::to_string(number), begun + kCredentialsLast,
                "arn:aws:sts::" + std::string(kAccount) + ":assumed-role/" + role + "/" + id, role);
  const Json credentials{{"Code", "Success"},
                         {"LastUpdated", format_iso8601(begun)},
                         {"Type", "AWS-HMAC"},
                         {"AccessKeyId", key.id},
                         {"SecretAccessKey", key.secret},
                         {"Token", key.token},
                         {"Expiration", format_iso8601(key.expires)}};
  view.entries.emplace_back(path, credentials.dump(2));
}

MetadataView Core::metadata(const std::string& instance_id) {
  std::string region;
  const Json* found = world_.find_anywhere("instance", instance_id, region);
  MetadataView view{.enabled = false, .tokens_required = true, .user_data = {}, .entries = {}};
  if (found == nullptr || state_name(*found) == "terminated") return view;
  const Json& instance = *found;
  const Json& options = instance.at("metadataOptions");
  view.enabled = text(options, "httpEndpoint") == "enabled";
  view.tokens_required = text(options, "httpTokens") == "required";
  view.user_data = base64_decode(text(instance, "_user_data")).value_or("");
  Entries entries(view);
  add_identity(entries, instance, region);
  add_disks(entries, instance);
  add_key(entries, world_, region, instance);
  add_spot(entries, instance);
  for (const Json& interface : instance.at("networkInterfaceSet")) {
    add_interface(entries, world_, region, interface);
  }
  if (text(options, "instanceMetadataTags") == "enabled") {
    for (const Json& tag : instance.at("tagSet")) {
      entries.add("tags/instance/" + text(tag, "key"), text(tag, "value"));
    }
  }
  if (instance.contains("iamInstanceProfile")) add_credentials(view, instance);
  view.entries.emplace_back("dynamic/instance-identity/document",
                            identity_document(instance, region));
  return view;
}

}  // namespace ec2spotter::sim
