// The rules of the design that the world itself can see broken.
#include <map>

#include "sim/core/life.hpp"
#include "sim/core/places.hpp"

namespace ec2spotter::sim {
namespace {

// S1: a volume is attached, attaching or detaching at one instance, whichever side is asked.
void check_attachments(const World& world, const std::string& region,
                       std::vector<std::string>& found) {
  std::map<std::string, std::string> holders;
  for (const auto& [id, instance] : world.table(region, "instance")) {
    for (const Json& mapping : instance.at("blockDeviceMapping")) {
      const std::string volume_id = text(mapping.at("ebs"), "volumeId");
      const auto [holder, first] = holders.emplace(volume_id, id);
      if (!first) {
        found.push_back("S1: " + volume_id + " is at " + holder->second + " and at " + id);
      }
    }
  }
  for (const auto& [id, volume] : world.table(region, "volume")) {
    const Json& attachments = volume.at("attachmentSet");
    if (attachments.size() > 1) found.push_back("S1: " + id + " has two attachments");
    const auto holder = holders.find(id);
    const std::string by_instance = holder == holders.end() ? "" : holder->second;
    const std::string by_volume = attachments.empty() ? "" : text(attachments[0], "instanceId");
    if (by_instance != by_volume) {
      found.push_back("S1: " + id + " is at '" + by_volume + "' as the volume says, at '" +
                      by_instance + "' as the instance says");
    }
  }
}

// S2: a machine has one current root; a retired one gets no body again.
void check_roots(const World& world, std::vector<std::string>& found) {
  std::map<std::string, std::string> current;  // owner/machine -> volume
  for (const std::string& region : region_names()) {
    for (const auto& [id, volume] : world.table(region, "volume")) {
      const std::string machine = tag_value(volume, "ec2spotter:machine");
      for (const Json& attachment : volume.at("attachmentSet")) {
        if (!attachment.contains("_retired")) continue;
        found.push_back("S2: " + id + " was retired and is attached again");
      }
      if (machine.empty() || tag_value(volume, "ec2spotter:state") != "current") continue;
      const auto [first, alone] =
          current.emplace(tag_value(volume, "ec2spotter:owner") + "/" + machine, id);
      if (!alone) {
        found.push_back("S2: " + first->second + " and " + id + " are both the current root of " +
                        machine);
      }
    }
  }
}

}  // namespace

std::vector<std::string> violations(const World& world) {
  std::vector<std::string> found;
  for (const std::string& region : region_names()) check_attachments(world, region, found);
  check_roots(world, found);
  return found;
}

}  // namespace ec2spotter::sim
