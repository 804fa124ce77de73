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

}  // namespace ec2spotter::sim
