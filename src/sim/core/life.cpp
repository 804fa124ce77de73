#include "sim/core/life.hpp"

#include <algorithm>
#include <map>

#include "sim/core/places.hpp"

namespace ec2spotter::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTerminatedVisible = 1h;  // EC2 shows a terminated instance for about an hour
constexpr Duration kReclaimGrace = 20s;      // from the shutdown signal to the power cut

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

void detached(World& world, const std::string& region, const std::string& volume_id) {
  Json* volume = world.find(region, "volume", volume_id);
  if (volume == nullptr || volume->at("attachmentSet").empty()) return;
  const std::string holder = text(volume->at("attachmentSet")[0], "instanceId");
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

// The instance has ended: its interface and address go, its volumes are deleted or free again.
void end_instance(World& world, const std::string& region, Json& instance) {
  const std::string id = text(instance, "instanceId");
  world.bodies().cut_power(id);
  set_state(instance, "terminated");
  Json mappings = std::move(instance["blockDeviceMapping"]);
  instance["blockDeviceMapping"] = Json::array();
  for (const Json& mapping : mappings) {
    const std::string volume_id = text(mapping.at("ebs"), "volumeId");
    Json* volume = world.find(region, "volume", volume_id);
    if (volume == nullptr) continue;
    if (mapping.at("ebs").value("deleteOnTermination", false)) {
      static_cast<void>(world.bodies().delete_volume(volume_id));
      world.table(region, "volume").erase(volume_id);
    } else {
      free_volume(*volume);
    }
  }
  for (auto& [allocation, address] : world.table(region, "address")) {
    if (text(address, "instanceId") != id) continue;
    for (const char* key : {"instanceId", "associationId", "networkInterfaceId", "privateIpAddress",
                            "networkInterfaceOwnerId"}) {
      address.erase(key);
    }
    static_cast<void>(world.bodies().route_address(text(address, "publicIp"), ""));
  }
  if (const std::string ip = text(instance, "_own_ip"); !ip.empty()) {
    static_cast<void>(world.bodies().route_address(ip, ""));
  }
  instance.erase("ipAddress");
  instance["networkInterfaceSet"] = Json::array();
  Table& interfaces = world.table(region, "network-interface");
  for (auto it = interfaces.begin(); it != interfaces.end();) {
    Json& interface = it->second;
    const bool here =
        interface.contains("attachment") && text(interface.at("attachment"), "instanceId") == id;
    if (here && interface.at("attachment").value("deleteOnTermination", false)) {
      it = interfaces.erase(it);
      continue;
    }
    if (here) {
      interface.erase("attachment");
      interface["status"] = "available";
    }
    ++it;
  }
  world.schedule(kTerminatedVisible,
                 {{"kind", "instance_forgotten"}, {"region", region}, {"id", id}});
}

void instance_running(World& world, const std::string& region, Json& instance) {
  if (state_name(instance) != "pending") return;
  if (!has_root(instance)) {
    instance["stateReason"] = {{"code", "Client.InternalError"},
                               {"message", "Client.InternalError: no root device"}};
    end_instance(world, region, instance);
    return;
  }
  if (auto started = world.bodies().start(body_spec(instance)); !started) {
    instance["stateReason"] = {{"code", "Server.InternalError"},
                               {"message", "Server.InternalError: " + started.error().message}};
    end_instance(world, region, instance);
    return;
  }
  set_state(instance, "running");
  for (const char* key : {"ipAddress"}) {
    const std::string ip = text(instance, key);
    if (!ip.empty()) {
      static_cast<void>(world.bodies().route_address(ip, text(instance, "instanceId")));
    }
  }
}

void stopped(World& world, Json& instance) {
  world.bodies().cut_power(text(instance, "instanceId"));
  set_state(instance, "stopped");
}

// The end of a shutdown, whether the guest has finished or its time is up.
void power_is_off(World& world, const std::string& region, Json& instance) {
  const std::string state = state_name(instance);
  if (state == "shutting-down") {
    end_instance(world, region, instance);
  } else if (state == "stopping") {
    stopped(world, instance);
  }
}

void reclaim(World& world, const std::string& region, Json& instance) {
  const std::string state = state_name(instance);
  if (state != "running" && state != "pending") return;
  begin_termination(world, region, instance, "Server.SpotInstanceTermination",
                    "Server.SpotInstanceTermination: Spot instance termination");
}

void on_instance_event(World& world, const std::string& kind, const std::string& region,
                       Json& instance) {
  if (kind == "instance_running") instance_running(world, region, instance);
  if (kind == "power_cut") power_is_off(world, region, instance);
  if (kind == "reclaim") reclaim(world, region, instance);
  if (kind == "instance_forgotten") {
    world.table(region, "instance").erase(text(instance, "instanceId"));
  }
}

void guest_powered_off(World& world, const std::string& region, Json& instance) {
  const std::string state = state_name(instance);
  if (state != "running") return power_is_off(world, region, instance);
  const bool terminate = text(instance, "_shutdown_behavior") == "terminate" ||
                         spot_request_of(world, region, instance) != nullptr;
  instance["stateReason"] = {{"code", "Client.InstanceInitiatedShutdown"},
                             {"message",
                              "Client.InstanceInitiatedShutdown: Instance initiated "
                              "shutdown"}};
  if (Json* request = spot_request_of(world, region, instance)) {
    set_request_status(world, *request, "closed", "instance-terminated-by-user",
                       "The instance was shut down from inside.");
  }
  set_state(instance, terminate ? "shutting-down" : "stopping");
  power_is_off(world, region, instance);
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

Json* spot_request_of(World& world, const std::string& region, const Json& instance) {
  const std::string id = text(instance, "spotInstanceRequestId");
  return id.empty() ? nullptr : world.find(region, "spot-request", id);
}

void set_request_status(World& world, Json& request, const std::string& state,
                        const std::string& code, const std::string& message) {
  request["state"] = state;
  request["status"] = {{"code", code}, {"message", message}, {"updateTime", world.timestamp()}};
}

void begin_termination(World& world, const std::string& region, Json& instance,
                       const std::string& reason_code, const std::string& reason_message) {
  const std::string state = state_name(instance);
  if (state == "terminated" || state == "shutting-down") return;
  const std::string id = text(instance, "instanceId");
  instance["stateReason"] = {{"code", reason_code}, {"message", reason_message}};
  instance["reason"] = reason_message + " (" + world.timestamp() + ")";
  if (Json* request = spot_request_of(world, region, instance)) {
    const bool by_spot = reason_code == "Server.SpotInstanceTermination";
    set_request_status(world, *request, "closed",
                       by_spot ? "instance-terminated-no-capacity" : "instance-terminated-by-user",
                       reason_message);
  }
  set_state(instance, "shutting-down");
  if (state == "stopped" || state == "pending") {
    world.schedule(world.work(1s), {{"kind", "power_cut"}, {"region", region}, {"id", id}});
    return;
  }
  world.bodies().press_power_button(id);
  const Duration grace = reason_code == "Server.SpotInstanceTermination"
                             ? std::min(world.shutdown_grace(), kReclaimGrace)
                             : world.shutdown_grace();
  world.schedule(std::max(grace, world.work(20s)),
                 {{"kind", "power_cut"}, {"region", region}, {"id", id}});
}

void begin_stop(World& world, const std::string& region, Json& instance,
                const std::string& reason_code, const std::string& reason_message) {
  const std::string state = state_name(instance);
  if (state != "running") return;
  const std::string id = text(instance, "instanceId");
  instance["stateReason"] = {{"code", reason_code}, {"message", reason_message}};
  if (Json* request = spot_request_of(world, region, instance)) {
    set_request_status(world, *request, "disabled", "instance-stopped-by-user", reason_message);
  }
  set_state(instance, "stopping");
  world.bodies().press_power_button(id);
  world.schedule(std::max(world.shutdown_grace(), world.work(20s)),
                 {{"kind", "power_cut"}, {"region", region}, {"id", id}});
}

void begin_reclaim(World& world, const std::string& region, Json& instance, Duration lead) {
  const std::string id = text(instance, "instanceId");
  if (lead > Duration::zero()) {
    instance["_reclaim_at"] = format_iso8601(world.now() + lead);
    if (Json* request = spot_request_of(world, region, instance)) {
      set_request_status(world, *request, "active", "marked-for-termination",
                         "Instance is marked for termination.");
    }
  }
  world.schedule(lead, {{"kind", "reclaim"}, {"region", region}, {"id", id}});
}

void settle(World& world, const Json& event) {
  const std::string kind = text(event, "kind");
  const std::string region = text(event, "region");
  const std::string id = text(event, "id");
  if (Json* instance = world.find(region, "instance", id)) {
    return on_instance_event(world, kind, region, *instance);
  }
  if (kind == "attached") return attached(world, region, id);
  if (kind == "detached") return detached(world, region, id);
  if (kind == "volume_available") {
    Json* volume = world.find(region, "volume", id);
    if (volume != nullptr && text(*volume, "status") == "creating") {
      (*volume)["status"] = "available";
    }
  }
  if (kind == "volume_modified") {
    if (Json* change = world.find(region, "volume-modification", id)) {
      (*change)["modificationState"] = "completed";
      (*change)["progress"] = 100;
      (*change)["endTime"] = world.timestamp();
    }
  }
  if (kind == "snapshot_completed") {
    if (Json* snapshot = world.find(region, "snapshot", id)) {
      (*snapshot)["status"] = "completed";
      (*snapshot)["progress"] = "100%";
      (*snapshot)["completionTime"] = world.timestamp();
    }
  }
  if (kind == "image_available") {
    if (Json* image = world.find(region, "image", id)) (*image)["imageState"] = "available";
  }
}

void apply(World& world, const BodyEvent& event) {
  std::string region;
  if (const auto* released = std::get_if<DiskReleased>(&event)) {
    if (world.find_anywhere("volume", released->volume_id, region) != nullptr) {
      detached(world, region, released->volume_id);
    }
    return;
  }
  const std::string id = std::visit([](const auto& e) { return e.instance_id; }, event);
  Json* instance = world.find_anywhere("instance", id, region);
  if (instance == nullptr) return;
  if (const auto* failed = std::get_if<BodyFailed>(&event)) {
    instance->emplace("_failure", failed->why);
    begin_termination(world, region, *instance, "Server.InternalError",
                      "Server.InternalError: " + failed->why);
    return;
  }
  guest_powered_off(world, region, *instance);
}

std::vector<std::string> violations(World& world) {
  std::vector<std::string> found;
  for (const std::string& region : region_names()) {
    std::map<std::string, std::string> holders;
    for (const auto& [id, instance] : world.table(region, "instance")) {
      for (const Json& mapping : instance.at("blockDeviceMapping")) {
        const std::string volume_id = text(mapping.at("ebs"), "volumeId");
        if (!holders.emplace(volume_id, id).second) {
          found.push_back("S1: " + volume_id + " is at " + holders[volume_id] + " and " + id);
        }
      }
    }
  }
  return found;
}

}  // namespace ec2spotter::sim
