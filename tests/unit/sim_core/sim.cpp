#include "sim.hpp"

namespace ec2spotter::sim {
namespace {

const TimePoint kStart = *parse_iso8601("2026-03-01T12:00:00Z");

Json seed_document() {
  return {{"snapshots", {{{"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}, {"size_gib", 8}}}},
          {"images",
           {{{"image_id", kImage}, {"name", "stock"}, {"snapshot_id", "snap-0aaaaaaaaaaaaaaa1"}}}},
          {"key_pairs", {{{"key_name", "me"}, {"public_key", "ssh-ed25519 AAAA me"}}}}};
}

}  // namespace

ParamMap run_params(ParamMap more) {
  more.insert({{"ImageId", kImage},
               {"InstanceType", "t3.small"},
               {"MinCount", "1"},
               {"MaxCount", "1"},
               {"Placement.AvailabilityZone", kZone}});
  return more;
}

ParamMap attach_params(const Pair& pair) {
  return {{"VolumeId", pair.volume}, {"InstanceId", pair.instance}, {"Device", "/dev/sdf"}};
}

Sim::Sim(Profile profile, std::uint64_t seed)
    : bodies_([this](BodyEvent event) { reports_.push_back(std::move(event)); }),
      core_({.seed = seed, .profile = profile, .start = kStart, .shutdown_grace = {}}, bodies_) {
  const auto seeded = core_.seed(seed_document());
  EXPECT_TRUE(seeded) << (seeded ? "" : seeded.error().describe());
}

void Sim::settle() {
  core_.advance_to(core_.now());
  while (!reports_.empty()) {
    const auto reports = std::exchange(reports_, {});
    for (const BodyEvent& event : reports) core_.report(event);
    core_.advance_to(core_.now());
  }
  EXPECT_EQ(core_.violations(), std::vector<std::string>{});
}

ApiReply Sim::send(const std::string& action, ParamMap params, const std::string& region) {
  params["Action"] = action;
  params["Version"] = "2016-11-15";
  return core_.handle({.service = "ec2",
                       .region = region,
                       .access_key = access_key_,
                       .params = std::move(params),
                       .target = {},
                       .body = {}});
}

Reply Sim::call(const std::string& action, ParamMap params, const std::string& region) {
  const ApiReply reply = send(action, std::move(params), region);
  settle();
  return {reply.status, reply.body};
}

std::string Sim::identity(const std::string& action, ParamMap params) {
  params["Action"] = action;
  params["Version"] = "2010-05-08";
  const ApiReply reply = core_.handle({.service = "iam",
                                       .region = "us-east-1",
                                       .access_key = "test",
                                       .params = std::move(params),
                                       .target = {},
                                       .body = {}});
  settle();
  pugi::xml_document document;
  document.load_string(reply.body.c_str());
  return document.select_node("//Error/Code").node().text().get();
}

void Sim::make_profile(const std::string& name, const std::string& policy) {
  const ParamMap both{{"RoleName", name}, {"InstanceProfileName", name}};
  EXPECT_EQ(identity("CreateRole", {{"RoleName", name}, {"AssumeRolePolicyDocument", "{}"}}), "");
  EXPECT_EQ(identity("CreateInstanceProfile", {{"InstanceProfileName", name}}), "");
  EXPECT_EQ(identity("AddRoleToInstanceProfile", both), "");
  if (policy.empty()) return;
  EXPECT_EQ(identity("PutRolePolicy",
                     {{"RoleName", name}, {"PolicyName", "p"}, {"PolicyDocument", policy}}),
            "");
}

Reply Sim::call_as(const std::string& instance_id, const std::string& action, ParamMap params) {
  std::string key;
  for (const auto& [path, value] : core_.metadata(instance_id).entries) {
    if (path.find("security-credentials/") == std::string::npos) continue;
    key = text(Json::parse(value), "AccessKeyId");
  }
  EXPECT_NE(key, "") << instance_id << " has no credentials";
  params["Action"] = action;
  params["Version"] = "2016-11-15";
  const ApiReply reply = core_.handle({.service = "ec2",
                                       .region = "us-east-1",
                                       .access_key = key,
                                       .params = std::move(params),
                                       .target = {},
                                       .body = {}});
  settle();
  return {reply.status, reply.body};
}

void Sim::advance(std::chrono::milliseconds by) {
  const TimePoint end = core_.now() + by;
  // Event by event, so that reports come in when their cause does.
  while (core_.next_event_at() <= end) {
    core_.advance_to(core_.next_event_at());
    settle();
  }
  core_.advance_to(end);
  settle();
}

Json Sim::control(const std::string& path, const Json& body) {
  auto done = core_.control(path, body);
  EXPECT_TRUE(done) << path << ": " << (done ? "" : done.error().message);
  settle();
  return done ? *done : Json();
}

void Sim::set_spot_capacity(long available, const std::string& type) {
  control("capacity",
          {{"instance_type", type}, {"zone", kZone}, {"market", "spot"}, {"available", available}});
}

std::string Sim::run(ParamMap more) {
  const Reply reply = call("RunInstances", run_params(std::move(more)));
  EXPECT_EQ(reply.error(), "");
  return reply.at("//instanceId");
}

std::string Sim::run_spot(ParamMap more) {
  more["InstanceMarketOptions.MarketType"] = "spot";
  return run(std::move(more));
}

void Sim::stop(const std::string& id) {
  EXPECT_EQ(call("StopInstances", {{"InstanceId.1", id}}).error(), "");
  advance(std::chrono::seconds(1));
}

void Sim::terminate(const std::string& id) {
  EXPECT_EQ(call("TerminateInstances", {{"InstanceId.1", id}}).error(), "");
  advance(std::chrono::seconds(1));
}

std::string Sim::make_volume(const std::string& zone) {
  return call("CreateVolume", {{"AvailabilityZone", zone}, {"Size", "8"}}).at("//volumeId");
}

Reply Sim::attach(const Pair& pair) { return call("AttachVolume", attach_params(pair)); }

std::string Sim::instance_state(const std::string& id) {
  return call("DescribeInstances", {{"InstanceId.1", id}}).at("//instanceState/name");
}

std::string Sim::request_status(const std::string& id) {
  const Reply reply = call("DescribeSpotInstanceRequests", {{"SpotInstanceRequestId.1", id}});
  return reply.at("//item/state") + "/" + reply.at("//item/status/code");
}

std::string Sim::request_of(const std::string& instance_id) {
  return call("DescribeInstances", {{"InstanceId.1", instance_id}}).at("//spotInstanceRequestId");
}

std::string Sim::volume_status(const std::string& id) {
  return call("DescribeVolumes", {{"VolumeId.1", id}}).at("//volumeSet/item/status");
}

std::string Sim::attachment_status(const std::string& volume_id) {
  return call("DescribeVolumes", {{"VolumeId.1", volume_id}}).at("//attachmentSet/item/status");
}

}  // namespace ec2spotter::sim
