#include "sim/core/state/instance_state.hpp"

#include <map>

namespace ec2spotter::sim {

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

std::string root_volume_of(const Json& instance) {
  for (const Json& mapping : instance.at("blockDeviceMapping")) {
    if (text(mapping, "deviceName") == text(instance, "rootDeviceName")) {
      return text(mapping.at("ebs"), "volumeId");
    }
  }
  return {};
}

bool has_power(const Json& instance) {
  return state_name(instance) == "running" && !instance.contains("_without_power");
}

BodySpec body_spec(const Json& instance) {
  BodySpec spec{.instance_id = text(instance, "instanceId"),
                .instance_type = text(instance, "instanceType"),
                .architecture = parse_architecture(text(instance, "architecture")),
                .vcpus = instance.value("_vcpus", 1),
                .memory_mib = instance.value("_memory_mib", 1024),
                .private_ip = text(instance, "privateIpAddress"),
                .mac = text(instance, "_mac"),
                .boot_mode = parse_boot_mode(text(instance, "currentInstanceBootMode")),
                .root_device = text(instance, "rootDeviceName"),
                .disks = {}};
  for (const Json& mapping : instance.at("blockDeviceMapping")) {
    spec.disks.push_back({text(mapping.at("ebs"), "volumeId"), text(mapping, "deviceName")});
  }
  return spec;
}

}  // namespace ec2spotter::sim
