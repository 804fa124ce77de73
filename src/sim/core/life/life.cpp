#include "sim/core/life/life.hpp"

#include <algorithm>
#include <map>

#include "sim/core/call/select.hpp"
#include "sim/core/life/fleets.hpp"
#include "sim/core/life/interfaces.hpp"
#include "sim/core/life/status_checks.hpp"
#include "sim/core/services/event_queue.hpp"
#include "sim/core/state/types.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTerminatedVisible = 1h;  // EC2 shows a terminated instance for about an hour
constexpr Duration kRequestVisible = 4h;     // and an ended Spot request for about four
constexpr Duration kReclaimGrace = 20s;      // from the shutdown signal to the power cut
constexpr Duration kShuttingDown = 20s;      // realistic, when the guest takes no longer

void forget_disk(Json& instance, const std::string& volume_id) {
  Json kept = Json::array();
  for (Json& mapping : instance.at("blockDeviceMapping")) {
    if (text(mapping.at("ebs"), "volumeId") != volume_id) kept.push_back(std::move(mapping));
  }
  instance["blockDeviceMapping"] = std::move(kept);
}

void free_volume(Json& volume) {
  volume["attachmentSet"] = Json::array();
  volume["status"] = "available";
}

// The time that a resource keeps for the end of what it is going through.
bool is_before(World& world, const Json& resource, const char* key) {
  const auto at = parse_iso8601(text(resource, key));
  return at && world.now() < *at;
}

void detached(World& world, const std::string& region, const std::string& volume_id) {
  Json* volume = world.find(region, "volume", volume_id);
  if (volume == nullptr || volume->at("attachmentSet").empty()) return;
  const Json& attachment = volume->at("attachmentSet")[0];
  // A later attachment is not ended by the event of an earlier one.
  if (text(attachment, "status") != "detaching") return;
  if (is_before(world, attachment, "_free_at")) {
    const TimePoint at = *parse_iso8601(text(attachment, "_free_at"));
    return world.schedule(at - world.now(),
                          {{"kind", "detached"}, {"region", region}, {"id", volume_id}});
  }
  const std::string holder = text(attachment, "instanceId");
  free_volume(*volume);
  if (Json* instance = world.find(region, "instance", holder)) forget_disk(*instance, volume_id);
}

void attached(World& world, const std::string& region, const std::string& volume_id) {
  Json* volume = world.find(region, "volume", volume_id);
  if (volume == nullptr || volume->at("attachmentSet").empty()) return;
  Json& attachment = volume->at("attachmentSet")[0];
  if (text(attachment, "status") != "attaching") return;
  attachment["status"] = "attached";
  Json* instance = world.find(region, "instance", text(attachment, "instanceId"));
  if (instance == nullptr) return;
  for (Json& mapping : instance->at("blockDeviceMapping")) {
    if (text(mapping.at("ebs"), "volumeId") == volume_id) mapping["ebs"]["status"] = "attached";
  }
}

BodySpec body_spec(const Json& instance) {
  BodySpec spec{.instance_id = text(instance, "instanceId"),
                .instance_type = text(instance, "instanceType"),
                .architecture = parse_architecture(text(instance, "architecture")),
                .vcpus = instance.value("_vcpus", 1),
                .memory_mib = instance.value("_memory_mib", 1024),
                .private_ip = text(instance, "privateIpAddress"),
                .mac = text(instance, "_mac"),
                .root_device = text(instance, "rootDeviceName"),
                .disks = {}};
  for (const Json& mapping : instance.at("blockDeviceMapping")) {
    spec.disks.push_back({text(mapping.at("ebs"), "volumeId"), text(mapping, "deviceName")});
  }
  return spec;
}

bool has_root(const Json& instance) {
  const Json& mappings = instance.at("blockDeviceMapping");
  return std::any_of(mappings.begin(), mappings.end(), [&](const Json& mapping) {
    return text(mapping, "deviceName") == text(instance, "rootDeviceName");
  });
}

// A pool that has a limit gets back what its user gives up, never what Spot has taken.
void return_capacity(World& world, const Json& instance) {
  const bool spot = text(instance, "instanceLifecycle") == "spot";
  change_capacity(world,
                  {text(instance, "instanceType"),
                   text(instance.at("placement"), "availabilityZone"), spot ? "spot" : "on-demand"},
                  1);
}

void free_disks(World& world, const std::string& region, Json& instance) {
  const Json mappings = std::move(instance["blockDeviceMapping"]);
  instance["blockDeviceMapping"] = Json::array();
  for (const Json& mapping : mappings) {
    const std::string volume_id = text(mapping.at("ebs"), "volumeId");
    Json* volume = world.find(region, "volume", volume_id);
    if (volume == nullptr) continue;
    if (mapping.at("ebs").value("deleteOnTermination", false)) {
      static_cast<void>(world.bodies().delete_volume(volume_id));
      world.erase(region, "volume", volume_id);
    } else {
      free_volume(*volume);
    }
  }
}

// The instance has ended: its interfaces and address go, its volumes are deleted or free again.
void end_instance(World& world, const std::string& region, Json& instance) {
  const std::string id = text(instance, "instanceId");
  world.bodies().cut_power(id);
  set_state(instance, "terminated");
  free_disks(world, region, instance);
  free_interfaces(world, region, instance);
  if (const std::string ip = text(instance, "_own_ip"); !ip.empty()) {
    static_cast<void>(world.bodies().route_address(ip, ""));
  }
  for (const char* key : {"ipAddress", "privateIpAddress", "subnetId", "vpcId"}) {
    instance.erase(key);
  }
  instance["dnsName"] = "";
  instance["privateDnsName"] = "";
  instance["networkInterfaceSet"] = Json::array();
  world.schedule(kTerminatedVisible,
                 {{"kind", "instance_forgotten"}, {"region", region}, {"id", id}});
  if (const std::string request = text(instance, "spotInstanceRequestId"); !request.empty()) {
    world.schedule(kRequestVisible,
                   {{"kind", "request_forgotten"}, {"region", region}, {"id", request}});
  }
  if (const std::string fleet = text(instance, "_fleet"); !fleet.empty()) {
    fleet_lost_instance(world, region, fleet);
  }
}

void fail_start(World& world, const std::string& region, Json& instance, const std::string& code,
                const std::string& why) {
  instance["stateReason"] = {{"code", code}, {"message", code + ": " + why}};
  request_loses_instance(world, region, instance, Cause::failure);
  return_capacity(world, instance);
  end_instance(world, region, instance);
}

void instance_running(World& world, const std::string& region, Json& instance) {
  if (state_name(instance) != "pending") return;
  if (!has_root(instance)) {
    return fail_start(world, region, instance, "Client.InternalError", "no root device");
  }
  if (auto started = world.bodies().start(body_spec(instance)); !started) {
    return fail_start(world, region, instance, "Server.InternalError", started.error().message);
  }
  set_state(instance, "running");
  begin_checks(world, region, instance);
  refresh_interfaces(world, region, instance);
}

// The end of a shutdown, whether the guest has finished or its time is up.
void power_is_off(World& world, const std::string& region, Json& instance) {
  if (is_before(world, instance, "_off_at")) {
    instance["_guest_off"] = true;
    return;
  }
  const std::string state = state_name(instance);
  if (state == "shutting-down") return end_instance(world, region, instance);
  if (state != "stopping") return;
  const std::string id = text(instance, "instanceId");
  world.bodies().cut_power(id);
  set_state(instance, "stopped");
  if (const std::string ip = text(instance, "ipAddress"); !ip.empty()) {
    static_cast<void>(world.bodies().route_address(ip, ""));
  }
  refresh_interfaces(world, region, instance);
  // What was being given back, or was just given, is settled by the loss of power.
  for (const auto& [volume_id, volume] : world.table(region, "volume")) {
    const Json& attachments = volume.at("attachmentSet");
    if (attachments.empty() || text(attachments[0], "instanceId") != id) continue;
    if (text(attachments[0], "status") == "detaching") detached(world, region, volume_id);
  }
}

void reclaim(World& world, const std::string& region, Json& instance) {
  const std::string state = state_name(instance);
  if (state != "running" && state != "pending") return;
  const Cause cause = text(instance, "_reclaim_cause") == "price" ? Cause::price : Cause::capacity;
  if (text(instance, "_reclaim_action") == "stop") {
    begin_stop(world, region, instance, cause);
  } else {
    begin_termination(world, region, instance, cause);
  }
}

void on_instance_event(World& world, const Json& event, const std::string& region, Json& instance) {
  const std::string kind = text(event, "kind");
  // An event of an earlier life of a restarted instance means nothing now.
  const bool same_life = text(event, "life") == text(instance, "_off_at");
  if (kind == "instance_running") instance_running(world, region, instance);
  if (kind == "power_cut" && same_life) power_is_off(world, region, instance);
  if (kind == "guest_off" && same_life && instance.contains("_guest_off")) {
    power_is_off(world, region, instance);
  }
  if (kind == "reclaim" && text(event, "life") == text(instance, "_reclaim_at")) {
    reclaim(world, region, instance);
  }
  if (kind == "end_at_risk" && state_name(instance) == "running") {
    begin_termination(world, region, instance, Cause::user);
  }
  settle_status(world, event, region, instance);
  if (kind == "instance_forgotten") {
    world.erase(region, "instance", text(instance, "instanceId"));
  }
}

void on_volume_event(World& world, const std::string& kind, const std::string& region,
                     Json& volume) {
  const std::string id = text(volume, "volumeId");
  if (kind == "attached") return attached(world, region, id);
  if (kind == "detached") return detached(world, region, id);
  if (kind == "volume_available" && text(volume, "status") == "creating") {
    volume["status"] = "available";
  }
  if (kind == "volume_failed") {
    static_cast<void>(world.bodies().delete_volume(id));
    return world.erase(region, "volume", id);
  }
  Json* change = world.find(region, "volume-modification", id);
  if (change == nullptr || text(*change, "modificationState") == "completed") return;
  if (kind == "volume_optimizing") (*change)["modificationState"] = "optimizing";
  if (kind == "volume_modified") {
    (*change)["modificationState"] = "completed";
    (*change)["progress"] = 100;
    (*change)["endTime"] = world.timestamp();
  }
}

void on_request_event(World& world, const std::string& kind, const std::string& region,
                      Json& request) {
  if (kind == "request_expired") expire_request(world, region, request);
  const std::string state = text(request, "state");
  if (kind == "request_forgotten" && state != "open" && state != "active") {
    world.erase(region, "spot-request", text(request, "spotInstanceRequestId"));
  }
}

void guest_powered_off(World& world, const std::string& region, Json& instance) {
  if (state_name(instance) != "running") return power_is_off(world, region, instance);
  const Json* request = spot_request_of(world, region, instance);
  const bool one_time = request != nullptr && text(*request, "type") == "one-time";
  const bool terminate = text(instance, "_shutdown_behavior") == "terminate" || one_time;
  if (terminate) {
    begin_termination(world, region, instance, Cause::guest);
  } else {
    begin_stop(world, region, instance, Cause::guest);
  }
  power_is_off(world, region, instance);
}

struct Reason {
  const char* code;
  const char* message;
};

Reason reason_of(Cause cause, bool stop) {
  switch (cause) {
    case Cause::capacity:
    case Cause::price:
      return stop ? Reason{"Server.SpotInstanceShutdown", "Spot instance shutdown"}
                  : Reason{"Server.SpotInstanceTermination", "Spot instance termination"};
    case Cause::guest: return {"Client.InstanceInitiatedShutdown", "Instance initiated shutdown"};
    case Cause::failure: return {"Server.InternalError", "Internal error on launch"};
    case Cause::user: break;
  }
  return {"Client.UserInitiatedShutdown", "User initiated shutdown"};
}

void set_reason(World& world, Json& instance, Reason reason, const std::string& detail) {
  const std::string message = detail.empty() ? reason.message : detail;
  instance["stateReason"] = {{"code", reason.code},
                             {"message", std::string(reason.code) + ": " + message}};
  std::string time = format_iso8601(world.now());  // here EC2 writes 2026-01-01 00:00:00 GMT
  time.replace(10, 1, " ").replace(19, 1, " GMT");
  const bool by_user = reason.code == std::string_view("Client.UserInitiatedShutdown");
  instance["reason"] =
      (by_user ? "User initiated (" : std::string(reason.code) + " (") + time + ")";
}

// Presses the button, and cuts the power when the guest's time is up.
void power_down(World& world, const std::string& region, Json& instance, Cause cause,
                bool was_running, Stop stop = Stop::orderly) {
  const std::string id = text(instance, "instanceId");
  const bool by_spot = cause == Cause::capacity || cause == Cause::price;
  const Duration least = world.work(was_running ? kShuttingDown : 1s);
  Duration most = least;
  if (was_running && cause != Cause::guest && stop == Stop::orderly) {
    world.bodies().press_power_button(id);
    most = std::max(
        least, by_spot ? std::min(world.shutdown_grace(), kReclaimGrace) : world.shutdown_grace());
  }
  instance.erase("_guest_off");
  instance["_off_at"] = format_iso8601(world.now() + least, Fraction::milliseconds);
  const Json event{{"region", region}, {"id", id}, {"life", instance.at("_off_at")}};
  for (const auto& [kind, after] : {std::pair{"guest_off", least}, {"power_cut", most}}) {
    Json each = event;
    each["kind"] = kind;
    world.schedule(after, std::move(each));
  }
}

}  // namespace

Json state_json(const std::string& name) {
  static const std::map<std::string, int> kCodes{{"pending", 0},        {"running", 16},
                                                 {"shutting-down", 32}, {"terminated", 48},
                                                 {"stopping", 64},      {"stopped", 80}};
  return {{"code", kCodes.at(name)}, {"name", name}};
}

void set_state(Json& instance, const std::string& name) {
  instance["instanceState"] = state_json(name);
}

std::string state_name(const Json& instance) { return text(instance.at("instanceState"), "name"); }

void begin_termination(World& world, const std::string& region, Json& instance, Cause cause,
                       const std::string& detail) {
  const std::string state = state_name(instance);
  if (state == "terminated" || state == "shutting-down") return;
  set_reason(world, instance, reason_of(cause, false), detail);
  request_loses_instance(world, region, instance, cause);
  const bool held = state == "running" || state == "pending";
  if (held && cause != Cause::capacity && cause != Cause::price) {
    return_capacity(world, instance);
    try_requests_soon(world);
  }
  set_state(instance, "shutting-down");
  power_down(world, region, instance, cause, state == "running");
}

void begin_stop(World& world, const std::string& region, Json& instance, Cause cause, Stop stop) {
  const std::string state = state_name(instance);
  if (state != "running" && state != "pending") return;
  set_reason(world, instance, reason_of(cause, true), {});
  request_instance_stops(world, region, instance, cause);
  if (cause != Cause::capacity && cause != Cause::price) {
    return_capacity(world, instance);
    try_requests_soon(world);
  }
  set_state(instance, "stopping");
  power_down(world, region, instance, cause, state == "running", stop);
}

void discard_instance(World& world, const std::string& region, const std::string& instance_id) {
  Json* instance = world.find(region, "instance", instance_id);
  if (instance == nullptr) return;
  return_capacity(world, *instance);
  free_disks(world, region, *instance);
  free_interfaces(world, region, *instance);
  world.erase(region, "spot-request", text(*instance, "spotInstanceRequestId"));
  world.erase(region, "instance", instance_id);
}

void begin_reclaim(World& world, const std::string& region, Json& instance, Duration lead,
                   Cause cause) {
  const Json* bound = spot_request_of(world, region, instance);
  const bool stop = bound != nullptr && text(*bound, "instanceInterruptionBehavior") == "stop" &&
                    text(*bound, "state") != "cancelled";
  instance["_reclaim_at"] = format_iso8601(world.now() + lead, Fraction::milliseconds);
  instance["_reclaim_action"] = stop ? "stop" : "terminate";
  instance["_reclaim_cause"] = cause == Cause::price ? "price" : "capacity";
  instance["_noticed"] = lead > Duration::zero();
  if (lead > Duration::zero()) post_interruption_warning(world, region, instance);
  Json* request = spot_request_of(world, region, instance);
  if (lead > Duration::zero() && request != nullptr && text(*request, "state") == "active") {
    set_request_status(world, *request, "active",
                       stop ? "marked-for-stop" : "marked-for-termination", "");
  }
  world.schedule(lead, {{"kind", "reclaim"},
                        {"region", region},
                        {"id", text(instance, "instanceId")},
                        {"life", instance.at("_reclaim_at")}});
}

void settle(World& world, const Json& event) {
  const std::string kind = text(event, "kind");
  const std::string region = text(event, "region");
  const std::string id = text(event, "id");
  if (kind == "evaluate_requests") return evaluate_requests(world);
  if (kind == "fill_fleet") return fill_fleet(world, region, id);
  if (Json* instance = world.find(region, "instance", id)) {
    return on_instance_event(world, event, region, *instance);
  }
  if (Json* volume = world.find(region, "volume", id)) {
    return on_volume_event(world, kind, region, *volume);
  }
  if (Json* request = world.find(region, "spot-request", id)) {
    return on_request_event(world, kind, region, *request);
  }
  if (Json* snapshot = world.find(region, "snapshot", id)) {
    (*snapshot)["status"] = "completed";
    (*snapshot)["progress"] = "100%";
    (*snapshot)["completionTime"] = world.timestamp();
    return;
  }
  if (Json* image = world.find(region, "image", id)) (*image)["imageState"] = "available";
}

void apply(World& world, const BodyEvent& event) {
  std::string region;
  if (const auto* released = std::get_if<DiskReleased>(&event)) {
    const Json* volume = world.find_anywhere("volume", released->volume_id, region);
    const auto holders = volume == nullptr ? std::vector<std::string>{}
                                           : values_at(*volume, "attachmentSet/*/instanceId");
    if (holders == std::vector<std::string>{released->instance_id}) {
      detached(world, region, released->volume_id);
    }
    return;
  }
  const std::string id = std::visit([](const auto& e) { return e.instance_id; }, event);
  Json* instance = world.find_anywhere("instance", id, region);
  if (instance == nullptr) return;
  if (const auto* failed = std::get_if<BodyFailed>(&event)) {
    begin_termination(world, region, *instance, Cause::failure, failed->why);
    return;
  }
  guest_powered_off(world, region, *instance);
}

}  // namespace ec2spotter::sim
