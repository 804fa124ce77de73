// `grow-disk`: makes a volume of a machine larger, and says what its system must do then.
#include "control/growing/grow_disk.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/considered.hpp"
#include "cli/report.hpp"
#include "cli/session.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/data_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter::cli {
namespace {

// The machine's data volume of that id or Name tag, by its tags: a file is not needed.
Result<VolumeId> find_data(const Machine& machine, const std::string& name, aws::Ec2& ec2) {
  TRY(const auto volumes, ec2.describe_volumes({}, {tag_filter(tag::kMachine, machine.name.str()),
                                                    tag_filter(tag::kOwner, machine.owner.str()),
                                                    tag_filter(tag::kRole, tag::kRoleData)}));
  const DataVolume wanted{.volume = parse_volume_name(name), .device = {}};
  std::vector<VolumeId> found;
  std::string known;
  for (const Volume& volume : volumes) {
    if (!is_data_of(volume, machine) || is_retired(volume)) continue;
    known += (known.empty() ? "" : ", ") + volume.id.str();
    if (is_named_by(volume, wanted)) found.push_back(volume.id);
  }
  if (found.size() == 1) return found.front();
  return fail(found.empty() ? Errc::not_found : Errc::refused,
              (found.empty() ? "no data volume" : "more than one data volume") +
                  std::string(" of ") + "machine '" + machine.name.str() + "' is named '" + name +
                  "'; it has " + (known.empty() ? "none" : known) + ", as its tags say");
}

Result<VolumeId> choose_volume(OpenMachine& open, const GrowDisk& options) {
  const Machine& machine = open.found.machine;
  if (!options.volume.empty()) return find_data(machine, options.volume, open.session->ec2());
  TRY(const Considered considered, look(open));
  TRY(const Volume* root, own_root(machine, considered.seen()));
  return root->id;
}

// Where a system on a Nitro instance finds the disk. Source: EC2 user guide, "Device names".
std::string device_of(const VolumeId& volume) {
  std::string serial;
  for (const char c : volume.str()) {
    if (c != '-') serial += c;
  }
  return "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_" + serial;
}

// What a person runs in the machine, as root.
std::vector<std::string> commands_inside(const VolumeId& volume, bool is_root) {
  if (is_root) {
    return {"p=$(findmnt -no SOURCE /)",
            "growpart /dev/$(lsblk -no PKNAME $p) $(cat /sys/class/block/${p##*/}/partition)",
            "resize2fs $p     # ext4; for XFS: xfs_growfs /"};
  }
  const std::string device = device_of(volume);
  return {"growpart " + device + " 1     # only if the disk has partitions",
          "resize2fs " + device + "     # ext4, or its -part1; for XFS: xfs_growfs MOUNTPOINT"};
}

void print_text(const Machine& machine, const VolumeId& volume, const Grown& grown, bool is_root) {
  if (grown.former_gib == grown.size_gib) {
    fmt::print("{} has {} GiB already\n", volume.str(), grown.size_gib);
  } else {
    fmt::print("{} has {} GiB now, and had {}\n", volume.str(), grown.size_gib, grown.former_gib);
  }
  if (is_root) {
    fmt::print(
        "A system with cloud-init and growpart, as those of cloud images, uses the room from its "
        "next boot on.\n");
  }
  fmt::print("{}, run as root in the machine (`ec2spotter ssh {}`):\n",
             is_root ? "To use it now, or without them" : "To use the room", machine.name.str());
  for (const std::string& command : commands_inside(volume, is_root)) fmt::print("  {}\n", command);
}

}  // namespace

Result<void> grow_disk(const Common& common, const GrowDisk& options) {
  TRY(OpenMachine open, open_machine(common, options.machine));
  const Machine& machine = open.found.machine;
  TRY(const VolumeId volume, choose_volume(open, options));
  const bool is_root = options.volume.empty();
  TRY(const Grown grown, ec2spotter::grow_disk(machine, volume, options.size_gib,
                                               open.session->controls(), options.timeout));
  if (common.output == Output::json) {
    print_json({{"machine", machine.name.str()},
                {"volume", volume.str()},
                {"former_size_gib", grown.former_gib},
                {"size_gib", grown.size_gib},
                {"commands", commands_inside(volume, is_root)}});
  } else {
    print_text(machine, volume, grown, is_root);
  }
  return {};
}

}  // namespace ec2spotter::cli
