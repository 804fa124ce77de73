// The few calls of STS and SSM, the keys that may sign, and the instances' metadata.
#include <fmt/format.h>

#include "base/base64.hpp"
#include "sim/core/core.hpp"
#include "sim/core/life.hpp"
#include "sim/core/wire.hpp"

namespace ec2spotter::sim {
namespace {

ApiReply sts_error(std::string_view code, std::string_view message) {
  return {.status = 400,
          .body = fmt::format("<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}"
                              "</Message></Error><RequestId>sim</RequestId></ErrorResponse>",
                              code, message)};
}

ApiReply json_reply(int status, const Json& body) {
  return {.status = status, .content_type = "application/x-amz-json-1.1", .body = body.dump()};
}

}  // namespace

ApiReply Core::handle_sts(const ApiRequest& request, const std::string& action) {
  if (action == "GetCallerIdentity") {
    return {.body = sts_reply(
                action,
                {{"Account", kAccount},
                 {"Arn", fmt::format("arn:aws:iam::{}:user/{}", kAccount, request.access_key)},
                 {"UserId", "AIDA0000000000000000"}},
                "sim")};
  }
  if (action != "AssumeRole") return sts_error("InvalidAction", "No action " + action);
  Params params(request.params);
  const std::string role = params.get_or("RoleArn", "");
  const std::string session = params.get_or("RoleSessionName", "");
  if (role.empty() || session.empty()) {
    return sts_error("ValidationError", "RoleArn and RoleSessionName are needed");
  }
  const auto seconds = params.number("DurationSeconds");
  const TimePoint expires =
      world_.now() + std::chrono::seconds(seconds && *seconds ? **seconds : 3600);
  const std::string id = "ASIA" + world_.new_id("").substr(1);
  const std::string secret = world_.new_id("") + world_.new_id("");
  const std::string token = world_.new_id("token-");
  world_.settings()["key/" + id] = {
      {"secret", secret}, {"token", token}, {"expires", format_iso8601(expires)}};
  ++revision_;
  return {.body = sts_reply(action,
                            {{"Credentials",
                              {{"AccessKeyId", id},
                               {"SecretAccessKey", secret},
                               {"SessionToken", token},
                               {"Expiration", format_iso8601(expires)}}},
                             {"AssumedRoleUser",
                              {{"AssumedRoleId", "AROA0000000000000000:" + session},
                               {"Arn", role + "/" + session}}}},
                            "sim")};
}

ApiReply Core::handle_ssm(const ApiRequest& request) {
  if (request.target != "AmazonSSM.GetParameter") {
    return json_reply(400, {{"__type", "UnknownOperationException"}, {"message", request.target}});
  }
  const Json body = Json::parse(request.body, nullptr, false);
  const std::string name = body.is_object() ? text(body, "Name") : "";
  std::string value = world_.settings().value("parameter/" + name, "");
  // A public image parameter that nobody has set names the first image that there is.
  if (value.empty() && name.starts_with("/aws/service/")) {
    const Table& images = world_.table(request.region, "image");
    if (!images.empty()) value = images.begin()->first;
  }
  if (value.empty()) {
    return json_reply(400, {{"__type", "ParameterNotFound"}, {"message", ""}});
  }
  return json_reply(200, {{"Parameter",
                           {{"Name", name},
                            {"Type", "String"},
                            {"Value", value},
                            {"Version", 1},
                            {"DataType", "text"},
                            {"ARN", "arn:aws:ssm:" + request.region + "::parameter" + name}}}});
}

std::optional<KnownKey> Core::key(const std::string& access_key) {
  if (access_key == "test")
    return KnownKey{.secret = "test", .session_token = {}, .expires_at = {}};
  const auto found = world_.settings().find("key/" + access_key);
  if (found == world_.settings().end()) return std::nullopt;
  return KnownKey{.secret = text(*found, "secret"),
                  .session_token = text(*found, "token"),
                  .expires_at = parse_iso8601(text(*found, "expires"))};
}

MetadataView Core::metadata(const std::string& instance_id) {
  std::string region;
  const Json* found = world_.find_anywhere("instance", instance_id, region);
  MetadataView view{.enabled = false, .tokens_required = true, .user_data = {}, .entries = {}};
  if (found == nullptr || state_name(*found) == "terminated") return view;
  const Json& instance = *found;
  view.enabled = text(instance.at("metadataOptions"), "httpEndpoint") == "enabled";
  view.tokens_required = text(instance.at("metadataOptions"), "httpTokens") == "required";
  view.user_data = base64_decode(text(instance, "_user_data")).value_or("");
  auto add = [&](const std::string& path, const std::string& value) {
    view.entries.emplace_back("meta-data/" + path, value);
  };
  const std::string zone = text(instance.at("placement"), "availabilityZone");
  const std::string ip = text(instance, "privateIpAddress");
  const std::string mac = text(instance, "_mac");
  std::string host = "ip-" + ip;
  for (char& c : host) c = c == '.' ? '-' : c;
  host += region == "us-east-1" ? ".ec2.internal" : "." + region + ".compute.internal";
  const bool spot = text(instance, "instanceLifecycle") == "spot";
  add("ami-id", text(instance, "imageId"));
  add("ami-launch-index", "0");
  add("ami-manifest-path", "(unknown)");
  add("block-device-mapping/ami", text(instance, "rootDeviceName"));
  add("block-device-mapping/root", text(instance, "rootDeviceName"));
  add("hostname", host);
  add("instance-action", "none");
  add("instance-id", instance_id);
  add("instance-life-cycle", spot ? "spot" : "on-demand");
  add("instance-type", text(instance, "instanceType"));
  add("local-hostname", host);
  add("local-ipv4", ip);
  add("mac", mac);
  add("placement/availability-zone", zone);
  add("placement/region", region);
  add("profile", "default-hvm");
  add("public-ipv4", text(instance, "ipAddress"));
  add("reservation-id", text(instance, "_reservation"));
  add("security-groups", "default");
  add("services/domain", "amazonaws.com");
  add("services/partition", "aws");
  for (const Json& interface : instance.at("networkInterfaceSet")) {
    const std::string base = "network/interfaces/macs/" + mac + "/";
    add(base + "device-number", "0");
    add(base + "interface-id", text(interface, "networkInterfaceId"));
    add(base + "local-hostname", host);
    add(base + "local-ipv4s", ip);
    add(base + "mac", mac);
    add(base + "owner-id", std::string(kAccount));
    add(base + "public-ipv4s", text(instance, "ipAddress"));
    add(base + "subnet-id", text(instance, "subnetId"));
    add(base + "vpc-id", text(instance, "vpcId"));
    add(base + "subnet-ipv4-cidr-block", "172.31.0.0/20");
    add(base + "vpc-ipv4-cidr-block", "172.31.0.0/16");
    add(base + "vpc-ipv4-cidr-blocks", "172.31.0.0/16");
  }
  if (const Json* key = world_.find(region, "key-pair", text(instance, "keyName"))) {
    // EC2 lists the key as "0=name" and has its text below "0/".
    add("public-keys/0=" + text(*key, "keyName"), "");
    add("public-keys/0/openssh-key", text(*key, "_public_key"));
  }
  if (const std::string at = text(instance, "_reclaim_at"); !at.empty()) {
    add("spot/instance-action", Json{{"action", "terminate"}, {"time", at}}.dump());
    add("spot/termination-time", at);
  }
  if (const std::string at = text(instance, "_rebalance_at"); !at.empty()) {
    add("events/recommendations/rebalance", Json{{"noticeTime", at}}.dump());
  }
  view.entries.emplace_back("dynamic/instance-identity/document",
                            Json{{"accountId", kAccount},
                                 {"architecture", text(instance, "architecture")},
                                 {"availabilityZone", zone},
                                 {"imageId", text(instance, "imageId")},
                                 {"instanceId", instance_id},
                                 {"instanceType", text(instance, "instanceType")},
                                 {"pendingTime", text(instance, "launchTime")},
                                 {"privateIp", ip},
                                 {"region", region},
                                 {"version", "2017-09-30"}}
                                .dump());
  return view;
}

}  // namespace ec2spotter::sim
