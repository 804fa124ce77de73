#include "plan/choice/data_choice.hpp"

#include <algorithm>

#include "model/move.hpp"
#include "model/tags.hpp"
#include "plan/body/body_view.hpp"
#include "plan/choice/body_choice.hpp"
#include "plan/choice/root_choice.hpp"
#include "plan/decisions.hpp"

namespace ec2spotter {
namespace {

class DataChooser {
 public:
  DataChooser(const Machine& machine, const Observation& seen, const Volume& root, TimePoint now)
      : machine_(machine), seen_(seen), root_(root), decide_(now) {}

  DataDisk choose(const DataVolume& wanted) const {
    DataDisk disk{.wanted = &wanted};
    std::vector<const Volume*> found;
    for (const Volume& volume : seen_.data_volumes) {
      if (is_named_by(volume, wanted)) found.push_back(&volume);
    }
    const auto is_ours = [&](const Volume* volume) { return is_data_of(*volume, machine_); };
    if (std::any_of(found.begin(), found.end(), is_ours)) {
      std::erase_if(found, [&](const Volume* volume) { return !is_ours(volume); });
      keep_newest(found);
    }
    const std::string what = "data volume " + wanted.volume.describe();
    if (found.empty()) {
      disk.trouble = decide_.stuck(
          Reason::data_volume_missing, Errc::not_found,
          "there is no " + what + " in this region; correct data_volumes in the machine file");
    } else if (found.size() > 1) {
      disk.trouble = ambiguous(what, found);
    } else {
      disk.volume = found.front();
      disk.trouble = check(*disk.volume);
    }
    return disk;
  }

  Decision named_twice(const Volume& volume) const {
    return decide_.stuck(Reason::data_volume_unusable, Errc::invalid,
                         volume.id.str() +
                             " is meant by two of the machine's data volumes; remove one of them "
                             "from the machine file");
  }

 private:
  // The root's generation decides: what belongs to a later one is not the machine's data yet, and
  // what a newer copy replaces is so no more.
  void keep_newest(std::vector<const Volume*>& found) const {
    int newest = 0;
    for (const Volume* volume : found) {
      const int generation = generation_of(*volume);
      if (generation <= generation_of(root_)) newest = std::max(newest, generation);
    }
    std::erase_if(found, [&](const Volume* volume) { return generation_of(*volume) != newest; });
  }

  Decision ambiguous(const std::string& what, const std::vector<const Volume*>& found) const {
    std::string ids;
    for (const Volume* volume : found) ids += " " + volume->id.str();
    return decide_.stuck(Reason::data_volume_ambiguous, Errc::invalid,
                         std::to_string(found.size()) + " volumes may be the " + what + ":" + ids +
                             "; write the id of the right one into the machine file");
  }

  std::optional<Decision> check(const Volume& volume) const {
    if (const auto why = unusable_as_data(volume, machine_, root_.id)) {
      return decide_.stuck(Reason::data_volume_unusable, Errc::refused, *why);
    }
    if (volume.zone != root_.zone) {
      return decide_.stuck(Reason::data_volume_in_other_zone, Errc::invalid,
                           volume.id.str() + " is in " + volume.zone + ", and the root is in " +
                               root_.zone + "; make a copy of it there, by a snapshot, and name " +
                               "that in data_volumes");
    }
    if (auto refusal = check_holder(volume)) return refusal;
    if (volume.state != VolumeState::creating) return std::nullopt;
    return decide_.wait(Reason::waiting_for_volume, volume.id.str() + " is being created",
                        kPollChange);
  }

  std::optional<Decision> check_holder(const Volume& volume) const {
    const Attachment* held = holding(volume);
    if (held == nullptr || BodyView(seen_).find_body(held->instance) != nullptr) {
      return std::nullopt;
    }
    return decide_.stuck(Reason::data_volume_in_use_elsewhere, Errc::refused,
                         volume.id.str() + " is attached to " + held->instance.str() +
                             ", which is not an instance of this machine; detach it there first");
  }

  const Machine& machine_;
  const Observation& seen_;
  const Volume& root_;
  Decisions decide_;
};

// A role says what else a volume is there for.
bool has_other_role(const Volume& volume) {
  const std::string role = tag::value(volume.tags, tag::kRole);
  return !role.empty() && role != tag::kRoleData && !is_copy(volume);
}

bool is_tagged_data(const Volume& volume, const Machine& machine) {
  return tag::value(volume.tags, tag::kMachine) == machine.name.str() &&
         tag::value(volume.tags, tag::kOwner) == machine.owner.str() &&
         tag::value(volume.tags, tag::kRole) == tag::kRoleData;
}

bool is_of_other_machine(const Volume& volume, const Machine& machine) {
  const std::string owner = tag::value(volume.tags, tag::kOwner);
  const std::string name = tag::value(volume.tags, tag::kMachine);
  return (!owner.empty() && owner != machine.owner.str()) ||
         (!name.empty() && name != machine.name.str());
}

}  // namespace

std::vector<DataDisk> choose_data(const Machine& machine, const Observation& seen,
                                  const Volume& root, TimePoint now) {
  const DataChooser chooser(machine, seen, root, now);
  std::vector<DataDisk> disks;
  disks.reserve(machine.data_volumes.size());
  for (const DataVolume& wanted : machine.data_volumes) {
    DataDisk disk = chooser.choose(wanted);
    const bool again = std::any_of(disks.begin(), disks.end(), [&](const DataDisk& before) {
      return disk.volume != nullptr && before.volume == disk.volume;
    });
    if (again) disk.trouble = chooser.named_twice(*disk.volume);
    disks.push_back(std::move(disk));
  }
  return disks;
}

bool is_named_by(const Volume& volume, const DataVolume& wanted) {
  if (!wanted.volume.id.empty()) {
    const bool began_as = tag::value(volume.tags, tag::kOrigin) == wanted.volume.id.str();
    return volume.id == wanted.volume.id || (began_as && !is_copy(volume));
  }
  return tag::value(volume.tags, tag::kName) == wanted.volume.name_tag;
}

bool is_data_of(const Volume& volume, const Machine& machine) {
  return is_tagged_data(volume, machine) &&
         tag::value(volume.tags, tag::kVolume) == volume.id.str();
}

std::string origin_of(const Volume& volume) {
  const std::string origin = tag::value(volume.tags, tag::kOrigin);
  return origin.empty() ? volume.id.str() : origin;
}

bool is_former_data(const Volume& volume, const std::vector<Volume>& volumes,
                    const Machine& machine, int generation) {
  if (!is_data_of(volume, machine)) return false;
  return std::any_of(volumes.begin(), volumes.end(), [&](const Volume& other) {
    return is_data_of(other, machine) && origin_of(other) == origin_of(volume) &&
           generation_of(other) > generation_of(volume) && generation_of(other) <= generation;
  });
}

bool is_spare_data(const Volume& volume, const Machine& machine) {
  return is_tagged_data(volume, machine) && !tag::value(volume.tags, tag::kFrom).empty() &&
         tag::value(volume.tags, tag::kVolume).empty();
}

std::optional<std::string> unusable_as_data(const Volume& volume, const Machine& machine,
                                            const VolumeId& root) {
  const std::string id = volume.id.str();
  if (volume.id == root) return id + " is the machine's root; name another data volume";
  if (is_of_other_machine(volume, machine)) {
    return id + " belongs to machine '" + tag::value(volume.tags, tag::kMachine) + "' of owner '" +
           tag::value(volume.tags, tag::kOwner) + "'; name another data volume";
  }
  if (has_other_role(volume)) {
    return id + " is used as '" + tag::value(volume.tags, tag::kRole) +
           "', as its tag ec2spotter:role says; name another data volume";
  }
  if (is_retired(volume) && !is_copy(volume))
    return id + " is retired: a newer copy replaces it; name that copy";
  if (volume.multi_attach) {
    return id +
           " allows several attachments at once, which would destroy its file system; turn "
           "Multi-Attach off";
  }
  switch (volume.state) {
    case VolumeState::creating:
    case VolumeState::available:
    case VolumeState::in_use: return std::nullopt;
    default:
      return id + " is in state " + std::string(to_string(volume.state)) +
             "; name another data volume";
  }
}

}  // namespace ec2spotter
