#include "sim/core/life/endings.hpp"

#include "sim/core/life/volume_events.hpp"
#include "sim/core/resources/launch_interfaces.hpp"
#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/resources/volumes.hpp"
#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/types.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReclaimGrace = 20s;  // from the shutdown signal to the power cut
constexpr Duration kShuttingDown = 20s;  // realistic, when the guest takes no longer

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

// Presses the power button, and cuts the power when the guest's time is over.
void power_down(World& world, const std::string& region, Json& instance, Cause cause,
                bool was_running, Stop stop = Stop::orderly) {
  const std::string id = text(instance, "instanceId");
  const bool by_spot = cause == Cause::capacity || cause == Cause::price;
  const Duration min = world.work(was_running ? kShuttingDown : 1s);
  Duration max = min;
  if (was_running && cause != Cause::guest && stop == Stop::orderly) {
    world.bodies().press_power_button(id);
    max = std::max(
        min, by_spot ? std::min(world.shutdown_grace(), kReclaimGrace) : world.shutdown_grace());
  }
  instance.erase("_guest_off");
  instance["_off_at"] = format_iso8601(world.now() + min, Fraction::milliseconds);
  const Json event{{"region", region}, {"id", id}, {"life", instance.at("_off_at")}};
  for (const auto& [kind, after] : {std::pair{"guest_off", min}, {"power_cut", max}}) {
    Json each = event;
    each["kind"] = kind;
    world.schedule(after, std::move(each));
  }
}

}  // namespace

void return_capacity(World& world, const Json& instance) {
  change_capacity(world, pool_of(instance), 1);
}

void free_disks(World& world, const std::string& region, Json& instance) {
  const Json mappings = std::move(instance["blockDeviceMapping"]);
  instance["blockDeviceMapping"] = Json::array();
  for (const Json& mapping : mappings) {
    const std::string volume_id = text(mapping.at("ebs"), "volumeId");
    Json* volume = world.find(region, "volume", volume_id);
    if (volume == nullptr) continue;
    if (mapping.at("ebs").value("deleteOnTermination", false)) {
      erase_volume(world, region, volume_id);
    } else {
      free_volume(world, *volume);
    }
  }
}

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
  abandon_root_task(world, region, instance);
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
  abandon_root_task(world, region, instance);
  set_state(instance, "stopping");
  power_down(world, region, instance, cause, state == "running", stop);
}

void discard_instance(World& world, const std::string& region, const std::string& instance_id) {
  Json* instance = world.find(region, "instance", instance_id);
  if (instance == nullptr) return;
  return_capacity(world, *instance);
  free_disks(world, region, *instance);
  discard_interfaces(world, region, *instance);
  world.erase(region, "spot-request", text(*instance, "spotInstanceRequestId"));
  world.erase(region, "instance", instance_id);
}

}  // namespace ec2spotter::sim
