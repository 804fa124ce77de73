#include "sim/core/life/safety.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include "sim/core/resources/root_tasks.hpp"
#include "sim/core/resources/root_volumes.hpp"
#include "sim/core/state/places.hpp"

namespace ec2spotter::sim {
namespace {

constexpr const char* kBreaches = "breaches";  // of S4, in the settings
constexpr std::string_view kOwner = "ec2spotter:owner";
constexpr std::string_view kMachine = "ec2spotter:machine";

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

// S1: a volume that is becoming the root of an instance is held by that one.
void check_replacements(const World& world, const std::string& region,
                        std::vector<std::string>& found) {
  std::map<std::string, std::string> takers;
  for (const auto& [id, task] : world.table(region, kRootTask)) {
    if (!is_unfinished(task)) continue;
    const std::string volume_id = text(task, "_volume");
    const std::string taker = text(task, "instanceId");
    const auto [first, alone] = takers.emplace(volume_id, taker);
    if (!alone) {
      found.push_back("S1: " + volume_id + " is becoming the root of " + first->second +
                      " and of " + taker);
    }
    const auto volume = world.table(region, "volume").find(volume_id);
    if (volume == world.table(region, "volume").end()) continue;
    for (const Json& attachment : volume->second.at("attachmentSet")) {
      const std::string holder = text(attachment, "instanceId");
      if (holder == taker) continue;
      found.push_back("S1: " + volume_id + " is becoming the root of " + taker + " and is at " +
                      holder);
    }
  }
}

void check_retired(const std::string& id, const Json& volume, std::vector<std::string>& found) {
  for (const Json& attachment : volume.at("attachmentSet")) {
    if (!attachment.contains("_retired")) continue;
    found.push_back("S2: " + id + " was retired and is attached again");
  }
}

struct Roots {
  long generation = 0;
  std::vector<std::string> ids;  // those of that generation that are current or say nothing
};

// The roots of each machine that have the machine's highest generation.
std::map<std::string, Roots> newest_roots(const World& world) {
  std::map<std::string, Roots> newest;
  for (const std::string& region : region_names()) {
    for (const auto& [id, volume] : world.table(region, "volume")) {
      const std::string owner = root_owner(volume);
      if (owner.empty()) continue;
      Roots& roots = newest[owner];
      const long generation = generation_of(volume);
      if (generation < roots.generation) continue;
      if (generation > roots.generation) roots = {.generation = generation, .ids = {}};
      const std::string state = tag_value(volume, "ec2spotter:state");
      if (state.empty() || state == "current") roots.ids.push_back(id);
    }
  }
  return newest;
}

// S2: a machine has one root; a retired one gets no instance again.
void check_roots(const World& world, std::vector<std::string>& found) {
  const auto newest = newest_roots(world);
  for (const std::string& region : region_names()) {
    for (const auto& [id, volume] : world.table(region, "volume")) {
      check_retired(id, volume, found);
      const auto roots = newest.find(root_owner(volume));
      const bool outdated =
          roots != newest.end() && generation_of(volume) < roots->second.generation;
      if (!outdated || volume.at("attachmentSet").empty()) continue;
      found.push_back("S2: " + id + " is at an instance, although " + roots->second.ids[0] +
                      " is the root");
    }
  }
  for (const auto& [owner, roots] : newest) {
    for (std::size_t i = 1; i < roots.ids.size(); ++i) {
      found.push_back("S2: " + roots.ids[0] + " and " + roots.ids[i] +
                      " are both the current root of " + owner.substr(owner.find('/') + 1) +
                      ", generation " + std::to_string(roots.generation));
    }
  }
}

void note_breach(World& world, std::string breach) {
  Json& breaches = world.settings()[kBreaches];
  if (breaches.is_null()) breaches = Json::array();
  breaches.push_back(std::move(breach));
}

// A launch of several machines at once tags each instance with all their names.
std::vector<std::string> machines_of(const Json& resource) {
  std::istringstream names(tag_value(resource, kMachine));
  return {std::istream_iterator<std::string>(names), {}};
}

bool is_ours(const Json& resource) { return !tag_value(resource, kOwner).empty(); }

bool same_machine(const Json& one, const Json& other) {
  const auto names = machines_of(one);
  const auto others = machines_of(other);
  return is_ours(one) && tag_value(one, kOwner) == tag_value(other, kOwner) &&
         std::find_first_of(names.begin(), names.end(), others.begin(), others.end()) !=
             names.end();
}

std::string whose(const Json& resource) {
  if (!is_ours(resource)) return "nobody's that carries our tags";
  return tag_value(resource, kOwner) + "/" + tag_value(resource, kMachine) + "'s";
}

// An instance, or an interface that has none.
std::string name_of(const Json& holder) {
  return text(holder, holder.contains("instanceId") ? "instanceId" : "networkInterfaceId");
}

const Json* holder_of(const Call& call, const Json& address) {
  for (const auto& [kind, key] :
       {std::pair{"instance", "instanceId"}, {"network-interface", "networkInterfaceId"}}) {
    const auto found = call.table(kind).find(text(address, key));
    if (found != call.table(kind).end()) return &found->second;
  }
  return nullptr;
}

// Is an import taking the resource from this instance for a machine, as the resource's tag says?
bool is_imported_from(const Json& resource, const std::string& instance) {
  return is_ours(resource) &&
         tag_value(resource, "ec2spotter:imported-from").starts_with(instance + " ");
}

// The instance that a volume, an address or an interface is at; null: none. Of an instance: itself.
const Json* instance_of(const Call& call, const Json& resource) {
  std::string id = text(resource, "instanceId");
  for (const char* key : {"attachmentSet", "attachment"}) {
    const auto found = resource.find(key);
    if (found == resource.end() || found->empty()) continue;
    id = text(found->is_array() ? found->front() : *found, "instanceId");
  }
  const auto found = call.table("instance").find(id);
  return found == call.table("instance").end() ? nullptr : &found->second;
}

// Does an eject leave this to its user? Its instance says so until it is no machine's any more.
bool is_ejected(const Call& call, const Json& resource) {
  const Json* instance = instance_of(call, resource);
  return instance != nullptr &&
         (!is_ours(*instance) || tag_value(*instance, "ec2spotter:ejects") == "true");
}

// Is this the Elastic IP of a machine that has been ended, as its root says?
bool is_left(const Call& call, const Json& resource) {
  if (!resource.contains("allocationId")) return false;
  const Table& volumes = call.table("volume");
  return std::any_of(volumes.begin(), volumes.end(), [&](const auto& entry) {
    const Json& volume = entry.second;
    return same_machine(volume, resource) && tag_value(volume, "ec2spotter:role") == "root" &&
           tag_value(volume, "ec2spotter:goal") == "paused";
  });
}

// S4: the data of a machine is at no other machine's instance.
void check_data(const World& world, const std::string& region, std::vector<std::string>& found) {
  const Table& instances = world.table(region, "instance");
  for (const auto& [id, volume] : world.table(region, "volume")) {
    if (tag_value(volume, "ec2spotter:role") != "data") continue;
    for (const Json& attachment : volume.at("attachmentSet")) {
      const auto holder = instances.find(text(attachment, "instanceId"));
      if (holder == instances.end() || same_machine(volume, holder->second)) continue;
      if (is_imported_from(volume, holder->first)) continue;
      found.push_back("S4: " + id + ", the data of " + whose(volume) + ", is at " + holder->first +
                      ", which is " + whose(holder->second));
    }
  }
}

}  // namespace

void judge_move(const Call& call, const Json& address, const Json* taker) {
  if (call.by_person) return;
  const Json* holder = holder_of(call, address);
  const std::string what = "S4: " + call.action + ": " + text(address, "publicIp");
  const bool imported = holder != nullptr && taker == nullptr && !is_ours(*holder) &&
                        is_imported_from(address, name_of(*holder));
  if (holder != nullptr && !imported &&
      !same_machine(*holder, taker == nullptr ? address : *taker)) {
    note_breach(call.world,
                what + " is taken from " + name_of(*holder) + ", which is " + whose(*holder));
  }
  if (taker != nullptr && is_ours(address) && !same_machine(address, *taker)) {
    note_breach(call.world, what + ", which is " + whose(address) + ", is given to " +
                                name_of(*taker) + ", which is " + whose(*taker));
  }
}

void judge_tags(const Call& call, const Json& resource,
                const std::vector<std::pair<std::string, std::string>>& tags) {
  if (call.by_person || !is_ours(resource)) return;
  const bool given_up = is_ejected(call, resource) || is_left(call, resource);
  if (call.action == "DeleteTags" && given_up) return;
  for (const auto& [key, value] : tags) {
    const bool judged = key == kOwner || (key == kMachine && resource.contains("allocationId"));
    const std::string before = tag_value(resource, key);
    if (!judged || before.empty() || before == value) continue;
    note_breach(call.world, "S4: " + call.action + ": something of " + tag_value(resource, kOwner) +
                                "/" + tag_value(resource, kMachine) + " gets the " + key + " '" +
                                value + "'");
  }
}

std::vector<std::string> violations(const World& world) {
  std::vector<std::string> found = world.settings().value(kBreaches, std::vector<std::string>{});
  for (const std::string& region : region_names()) {
    check_attachments(world, region, found);
    check_replacements(world, region, found);
    check_data(world, region, found);
  }
  check_roots(world, found);
  return found;
}

}  // namespace ec2spotter::sim
