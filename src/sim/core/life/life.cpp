#include "sim/core/life/life.hpp"

#include <algorithm>

#include "sim/core/call/select.hpp"
#include "sim/core/life/endings.hpp"
#include "sim/core/life/fleets.hpp"
#include "sim/core/life/root_replacement.hpp"
#include "sim/core/life/spot_requests.hpp"
#include "sim/core/life/status_checks.hpp"
#include "sim/core/life/volume_events.hpp"
#include "sim/core/resources/interfaces.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/services/encryption.hpp"
#include "sim/core/services/event_queue.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/types.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTerminatedVisible = 1h;  // EC2 shows a terminated instance for about an hour
constexpr Duration kRequestVisible = 4h;     // and an ended Spot request for about four

// The instance has ended: its interfaces and address go, its volumes are deleted or free again.
void end_instance(World& world, const std::string& region, Json& instance) {
  const std::string id = text(instance, "instanceId");
  world.bodies().cut_power(id);
  set_state(instance, "terminated");
  free_disks(world, region, instance);
  // A Spot request may have waited for one of them.
  if (free_interfaces(world, region, instance)) try_requests_soon(world);
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

// An instance that cannot start for its keys: a new one ends, a stopped one is stopped again.
void fail_for_key(World& world, const std::string& region, Json& instance, const KeyTrouble& why) {
  if (!instance.contains("_started_again")) {
    return fail_start(world, region, instance, why.code, why.message);
  }
  begin_stop(world, region, instance, Cause::failure);
  instance["stateReason"] = {{"code", why.code},
                             {"message", std::string(why.code) + ": " + why.message}};
}

// The state of the first key of its volumes that EC2 cannot use; kKeyEnabled: there is none.
std::string worst_key(const World& world, const std::string& region, const Json& instance) {
  for (const std::string& id : values_at(instance, "blockDeviceMapping/*/ebs/volumeId")) {
    const auto volume = world.table(region, "volume").find(id);
    if (volume == world.table(region, "volume").end()) continue;
    const std::string state = key_state(world, region, text(volume->second, "kmsKeyId"));
    if (state != kKeyEnabled) return state;
  }
  return kKeyEnabled;
}

void instance_running(World& world, const std::string& region, Json& instance) {
  if (state_name(instance) != "pending") return;
  // The world was loaded while the instance had no guest.
  if (instance.contains("_without_power")) return set_state(instance, "running");
  const std::string key = worst_key(world, region, instance);
  // What runs keeps its keys, also where the world is loaded again.
  if (key != kKeyEnabled && !instance.contains("_resumed")) {
    return fail_for_key(world, region, instance, key_trouble(key));
  }
  for (const char* mark : {"_resumed", "_started_again"}) instance.erase(mark);
  if (root_volume_of(instance).empty()) {
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
  if (world.is_before(instance, "_off_at")) {
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
  settle_detaching(world, region, id);
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
  // An event from before an instance's restart has no effect.
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
    const std::string id = text(instance, "instanceId");
    forget_root_tasks(world, region, id);
    world.erase(region, "instance", id);
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
  if (is_off_for_root_task(world, region, instance)) return;
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

}  // namespace

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
  if (Json* task = world.find(region, kRootTask, id)) {
    return on_root_task_event(world, kind, region, *task);
  }
  if (Json* request = world.find(region, "spot-request", id)) {
    return on_request_event(world, kind, region, *request);
  }
  if (Json* snapshot = world.find(region, "snapshot", id)) {
    return on_snapshot_event(world, event, *snapshot);
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
    // An instance that got another root runs on if nothing boots from that: EC2 does not look.
    if (instance->contains("_former_roots")) return guest_fell_silent(world, region, *instance);
    return begin_termination(world, region, *instance, Cause::failure, failed->why);
  }
  guest_powered_off(world, region, *instance);
}

}  // namespace ec2spotter::sim
