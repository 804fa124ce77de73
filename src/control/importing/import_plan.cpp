#include "control/importing/import_plan.hpp"

#include <algorithm>

#include "control/files/tag_keys.hpp"
#include "control/tags/ownership.hpp"
#include "model/tags.hpp"
#include "model/text/device_name.hpp"
#include "model/text/zone.hpp"

namespace ec2spotter {
namespace {

using namespace import_step;

// Groups that would launch another instance for one that stops: EC2's tag on their instances, and
// what to do.
struct Keeper {
  std::string_view tag;
  const char* what;
  const char* cure;
};
constexpr Keeper kKeepers[] = {
    {"aws:autoscaling:groupName", "an Auto Scaling group",
     "detach it from the group first (aws autoscaling detach-instances)"},
    {tag::kFleetId, "an EC2 Fleet", "delete the fleet first, without its instances"},
    {"aws:ec2spot:fleet-request-id", "a Spot Fleet",
     "cancel the fleet request first, without its instances"}};

Result<void> check_instance(const Instance& instance) {
  const std::string& id = instance.id.str();
  const auto refuse = [&](const std::string& why) { return fail(Errc::refused, id + " " + why); };
  if (instance.tags.contains(std::string(tag::kRole))) {
    return refuse("is an instance of machine '" + tag::value(instance.tags, tag::kMachine) +
                  "' already; see `ec2spotter list`");
  }
  for (const Keeper& keeper : kKeepers) {
    const std::string group = tag::value(instance.tags, keeper.tag);
    if (group.empty()) continue;
    return refuse("belongs to " + std::string(keeper.what) + ", " + group +
                  ", which would replace it when it stops; " + keeper.cure);
  }
  if (!instance.platform.empty()) {
    return refuse("runs " + instance.platform + "; a machine has a Linux system");
  }
  return {};
}

// Do the volume's tags say that it is something of another machine, or of another import?
bool is_anothers(const SourceDisk& disk, const Instance& instance, const ImportWish& wish) {
  const Tags& tags = disk.volume.tags;
  if (!tags.contains(std::string(tag::kOwner))) return false;
  return tag::value(tags, tag::kOwner) != wish.owner.str() ||
         tag::value(tags, tag::kMachine) != wish.name.str() ||
         !tag::value(tags, tag::kImportedFrom).starts_with(imported_from(instance.id, ""));
}

Result<void> check_disk(const SourceDisk& disk, const Instance& instance, const ImportWish& wish) {
  const std::string& id = disk.volume.id.str();
  if (is_anothers(disk, instance, wish)) {
    return fail(Errc::refused, id + " at " + instance.id.str() + " is of machine '" +
                                   tag::value(disk.volume.tags, tag::kMachine) + "' (owner '" +
                                   tag::value(disk.volume.tags, tag::kOwner) +
                                   "') already; import it under that name, or detach it first");
  }
  if (!disk.volume.multi_attach) return {};
  return fail(Errc::refused,
              id + " at " + instance.id.str() +
                  " can be attached to several instances at a time, so that nothing " +
                  "would keep two systems from writing to it; detach it first");
}

// The devices of data volumes at the machine's instances: those that they have, where EC2 attaches
// under them.
std::string device_of(const SourceDisk& disk, std::vector<std::string>& taken) {
  const auto is_taken = [&](const std::string& device) {
    return std::any_of(taken.begin(), taken.end(),
                       [&](const std::string& each) { return is_same_device(each, device); });
  };
  std::string device = disk.device;
  for (char letter = 'g'; letter <= 'p' && (!is_device_name(device) || is_taken(device));
       ++letter) {
    device = std::string("/dev/sd") + letter;
  }
  taken.push_back(device);
  return device;
}

Tags users_tags(const Instance& instance) {
  Tags tags;
  for (const auto& [key, value] : instance.tags) {
    if (!check_tag_key(key) && tags.size() < kOwnTagsMost) tags[key] = value;
  }
  return tags;
}

// EC2 stops instances of one-time Spot requests for nobody. Source: EC2 user guide, "Stop a Spot
// Instance".
bool can_stop(const ImportSource& source) {
  return source.instance.market == Market::on_demand ||
         (source.request && source.request->persistent);
}

bool is_ended(const Instance& instance) {
  return instance.state == InstanceState::terminated ||
         instance.state == InstanceState::shutting_down;
}

bool is_off(const Instance& instance) {
  return instance.state == InstanceState::stopped || instance.state == InstanceState::terminated;
}

void add_detaching(const ImportSource& source, std::vector<ImportStep>& steps) {
  for (const SourceDisk& disk : source.disks) {
    if (disk.attached) steps.emplace_back(Detach{disk.volume.id, disk.device});
  }
}

struct Describe {
  const InstanceId& source;

  std::string operator()(const Protect& s) const {
    return "keep " + s.volume.str() + " (" + s.device + ") when " + source.str() +
           " ends: DeleteOnTermination off, and read back";
  }
  std::string operator()(const Adopt& s) const {
    return "tag " + s.volume.str() + " (" + s.device + ") as the machine's " +
           (s.is_root ? "root; the machine is paused" : "data volume");
  }
  std::string operator()(const Stop&) const {
    return "stop " + source.str() + ": its system shuts down in order";
  }
  std::string operator()(const FreeAddress& s) const {
    return "take the Elastic IP " + s.public_ip + " from " + source.str();
  }
  std::string operator()(const Detach& s) const {
    return "detach " + s.volume.str() + " (" + s.device + ") from " + source.str();
  }
  std::string operator()(const End&) const { return "terminate " + source.str(); }
};

}  // namespace

Result<void> check_importable(const ImportSource& source, const ImportWish& wish) {
  TRY_VOID(check_instance(source.instance));
  const std::string& id = source.instance.id.str();
  if (root_of(source) == nullptr) {
    return fail(
        Errc::refused,
        id + " has no EBS volume at " +
            (source.instance.root_device.empty() ? "its root" : source.instance.root_device) +
            ", so that there is nothing that another instance could start from" +
            (is_ended(source.instance) ? "; it has ended" : ""));
  }
  for (const SourceDisk& disk : source.disks) {
    TRY_VOID(check_disk(disk, source.instance, wish));
  }
  if (!can_stop(source) && !wish.end_source) {
    return fail(Errc::refused, id + " is from a one-time Spot request, and EC2 stops no such "
                                    "instance; add --terminate-source, which ends it and keeps its "
                                    "volumes");
  }
  return {};
}

Machine imported_machine(const ImportSource& source, const ImportWish& wish) {
  const Instance& instance = source.instance;
  const SourceDisk& root = *root_of(source);
  Machine machine;
  machine.name = wish.name;
  machine.owner = wish.owner;
  machine.region = region_of_place(root.volume.zone);
  machine.volume.id = root.volume.id;
  machine.image = wish.image;
  machine.types = {instance.type};
  machine.key_name = instance.key_name;
  for (const GroupId& group : instance.security_groups) {
    machine.security_groups.push_back(group.str());
  }
  machine.subnet = instance.subnet.str();
  if (!source.addresses.empty()) machine.elastic_ip = source.addresses.front().public_ip;
  machine.instance_profile = instance.instance_profile;
  const std::string shown = tag::value(instance.tags, tag::kName);
  if (shown != wish.name.str()) machine.instance_name = shown;
  machine.tags = users_tags(instance);
  std::vector<std::string> taken{machine.device};
  for (const SourceDisk& disk : source.disks) {
    if (&disk == &root) continue;
    machine.data_volumes.push_back(
        {.volume = {.id = disk.volume.id, .name_tag = {}}, .device = device_of(disk, taken)});
  }
  return machine;
}

std::vector<std::string> left_behind(const ImportSource& source) {
  const Instance& instance = source.instance;
  std::vector<std::string> notes;
  if (!instance.private_ip.empty()) {
    notes.push_back("the private address " + instance.private_ip +
                    " stays with the instance; the machine gets another one");
  }
  if (source.addresses.empty() && !instance.public_ip.empty()) {
    notes.push_back("the public address " + instance.public_ip +
                    " is no Elastic IP, and is given up when the instance stops");
  }
  if (source.addresses.size() > 1) {
    notes.push_back("the machine gets the Elastic IP " + source.addresses.front().public_ip +
                    " alone");
  }
  if (instance.interfaces.size() > 1) {
    notes.push_back("the instance has " + std::to_string(instance.interfaces.size()) +
                    " network interfaces; the machine's instances have one");
  }
  notes.push_back("what is on instance store disks, if it has any, is lost when it stops");
  return notes;
}

std::vector<ImportStep> steps_left(const ImportSource& source, const Machine& machine,
                                   bool end_source) {
  std::vector<ImportStep> steps;
  const Instance& instance = source.instance;
  for (const SourceDisk& disk : source.disks) {
    if (disk.delete_on_termination) steps.emplace_back(Protect{disk.volume.id, disk.device});
  }
  for (const SourceDisk& disk : source.disks) {
    if (belongs_to(disk.volume.tags, machine)) continue;
    steps.emplace_back(Adopt{disk.volume.id, disk.device, disk.volume.id == machine.volume.id});
  }
  const bool attached = std::any_of(source.disks.begin(), source.disks.end(),
                                    [](const SourceDisk& disk) { return disk.attached; });
  if (can_stop(source) && !is_ended(instance)) {
    if (instance.state != InstanceState::stopped && attached) steps.emplace_back(Stop{});
    for (const Address& address : source.addresses) {
      steps.emplace_back(FreeAddress{address.id, address.association, address.public_ip});
    }
    add_detaching(source, steps);
  }
  if (end_source && !is_ended(instance)) steps.emplace_back(End{});
  // EC2 frees its disks by itself.
  if (is_ended(instance)) add_detaching(source, steps);
  return steps;
}

bool is_ready(const ImportStep& step, const ImportSource& source) {
  const InstanceState state = source.instance.state;
  if (std::holds_alternative<Stop>(step)) return state == InstanceState::running;
  if (std::holds_alternative<End>(step)) return state != InstanceState::stopping;
  if (std::holds_alternative<FreeAddress>(step)) return is_off(source.instance);
  const auto* detach = std::get_if<Detach>(&step);
  if (detach == nullptr) return true;
  if (state != InstanceState::stopped) return false;
  for (const SourceDisk& disk : source.disks) {
    if (disk.volume.id != detach->volume) continue;
    return std::all_of(
        disk.volume.attachments.begin(), disk.volume.attachments.end(),
        [](const Attachment& each) { return each.state == AttachmentState::attached; });
  }
  return false;
}

std::string describe(const ImportStep& step, const InstanceId& source) {
  return std::visit(Describe{source}, step);
}

}  // namespace ec2spotter
