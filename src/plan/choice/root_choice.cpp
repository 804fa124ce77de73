#include "plan/choice/root_choice.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/broken_rule.hpp"
#include "model/move.hpp"
#include "model/tags.hpp"
#include "model/text/zone.hpp"
#include "plan/body/body_history.hpp"
#include "plan/decisions.hpp"

namespace ec2spotter {
namespace {

class Chooser {
 public:
  Chooser(const Machine& machine, const Observation& seen, TimePoint now)
      : machine_(machine), seen_(seen), now_(now), decide_(now) {}

  RootChoice choose() const {
    const int newest = newest_generation();
    const auto adopted = volumes_that([&](const Volume& volume) {
      return carries_tags_of(volume, machine_) && is_current_root(volume) &&
             generation_of(volume) == newest;
    });
    if (adopted.size() > 1) return choose_among(adopted);
    if (adopted.size() == 1) return check_adopted(*adopted.front());
    auto named = volumes_that([&](const Volume& volume) { return is_named_by(volume, machine_); });
    keep_if_any(named, [](const Volume* volume) { return !is_retired(*volume); });
    const std::string what = "root volume " + machine_.volume.describe();
    if (named.empty() && !machine_.elsewhere.empty()) return refused(not_here());
    if (named.empty()) {
      return refused(
          decide_.stuck(Reason::volume_missing, Errc::not_found,
                        "there is no " + what + " in this region; check its name and the region"));
    }
    if (named.size() > 1) return refused(ambiguous(named, "the " + what));
    return check(*named.front());
  }

 private:
  Decision not_here() const {
    std::string regions;
    for (const Machine& other : machine_.elsewhere) regions += " " + other.region;
    const std::string what =
        machine_.volume.empty() ? "no root volume" : "no root volume " + machine_.volume.describe();
    return decide_.stuck(Reason::in_other_region, Errc::not_found,
                         "there is " + what + " of this machine in " + machine_.region +
                             "; its file names these regions, too:" + regions);
  }

  // Of the machine's roots, retired ones too: what is older than that is retired by it.
  int newest_generation() const {
    int newest = 1;
    for (const Volume& volume : seen_.volumes) {
      if (!carries_tags_of(volume, machine_) || is_copy(volume)) continue;
      newest = std::max(newest, generation_of(volume));
    }
    return newest;
  }

  template <class Predicate>
  std::vector<const Volume*> volumes_that(Predicate matches) const {
    std::vector<const Volume*> found;
    for (const Volume& volume : seen_.volumes) {
      if (matches(volume)) found.push_back(&volume);
    }
    return found;
  }

  template <class Predicate>
  static void keep_if_any(std::vector<const Volume*>& volumes, Predicate good) {
    if (std::any_of(volumes.begin(), volumes.end(), good)) {
      std::erase_if(volumes, std::not_fn(good));
    }
  }

  // Rule S2: several carry the tags of the root. The one whose tag has its own id is the root; else
  // the id in the file decides, unless another one is in use.
  RootChoice choose_among(std::vector<const Volume*> adopted) const {
    const std::vector<const Volume*> all = adopted;
    if (lacks(Cure::copies)) return refused(ambiguous(all, "the root of this machine"));
    keep_if_any(adopted, [](const Volume* volume) {
      return tag::value(volume->tags, tag::kVolume) == volume->id.str();
    });
    if (adopted.size() == 1) return check_adopted(*adopted.front());
    const Volume* named = nullptr;
    for (const Volume* volume : all) {
      if (volume->id == machine_.volume.id) named = volume;
    }
    const bool other_in_use = std::any_of(all.begin(), all.end(), [&](const Volume* volume) {
      return volume != named && !volume->attachments.empty();
    });
    if (named != nullptr && !other_in_use) return check(*named);
    return refused(ambiguous(all, "the root of this machine"));
  }

  static RootChoice refused(Decision decision) {
    return {.volume = nullptr, .refusal = std::move(decision)};
  }

  // Does the file mean another volume by its Name tag? Former roots of the machine do not count;
  // and where no volume has that name, the root was only renamed.
  bool named_instead_of(const Volume& root) const {
    if (!machine_.volume.id.empty() || is_named_by(root, machine_)) return false;
    return std::any_of(seen_.volumes.begin(), seen_.volumes.end(), [&](const Volume& volume) {
      return volume.id != root.id && is_named_by(volume, machine_) &&
             !carries_tags_of(volume, machine_);
    });
  }

  // A file names the volume that it began with, however often the root has moved since.
  bool names_former_root() const {
    return std::any_of(seen_.volumes.begin(), seen_.volumes.end(), [&](const Volume& volume) {
      return volume.id == machine_.volume.id && carries_tags_of(volume, machine_) &&
             generation_of(volume) < newest_generation();
    });
  }

  // Rule S2: while the machine has a root, no second volume becomes one.
  RootChoice check_adopted(const Volume& root) const {
    const bool differs =
        !machine_.volume.id.empty() && !is_named_by(root, machine_) && !names_former_root();
    if (differs || named_instead_of(root)) {
      return refused(decide_.stuck(
          Reason::volume_differs, Errc::refused,
          "the root of this machine is " + root.id.str() + ", but its file names " +
              machine_.volume.describe() +
              "; correct the file, or remove the tag ec2spotter:machine from " + root.id.str()));
    }
    return check(root);
  }

  RootChoice check(const Volume& volume) const {
    if (auto refusal = check_owner(volume)) return refused(std::move(*refusal));
    if (auto refusal = check_place(volume)) return refused(std::move(*refusal));
    if (auto refusal = check_state(volume)) return refused(std::move(*refusal));
    return {.volume = &volume, .refusal = std::nullopt};
  }

  std::optional<Decision> check_owner(const Volume& volume) const {
    const std::string owner = tag::value(volume.tags, tag::kOwner);
    const std::string name = tag::value(volume.tags, tag::kMachine);
    if ((!owner.empty() && owner != machine_.owner.str()) ||
        (!name.empty() && name != machine_.name.str())) {
      return decide_.stuck(Reason::volume_of_other_owner, Errc::refused,
                           volume.id.str() + " is the root of machine '" + name + "' of owner '" +
                               owner + "'; use that name and owner, or another volume");
    }
    if (has_departed(volume)) return departed(volume);
    if (is_retired(volume)) {
      // EC2 shows a root that was just made later than that this one has given way to it.
      if (order_of(volume) && retired_for(volume) < kStorageShown) {
        return decide_.wait(Reason::waiting_for_volume,
                            volume.id.str() +
                                " has given way to another volume, which EC2 does "
                                "not show yet",
                            kPollChange);
      }
      return decide_.stuck(
          Reason::volume_retired, Errc::refused,
          volume.id.str() +
              " is retired: another volume has taken its place as the root; name that in the "
              "machine file, or bring this one back with `undelete " +
              machine_.name.str() + "`");
    }
    return std::nullopt;
  }

  Decision departed(const Volume& volume) const {
    const std::string region = region_left_for(volume);
    return decide_.stuck(Reason::in_other_region, Errc::wrong_state,
                         "the root of this machine has moved from " + volume.id.str() + " to " +
                             region + "; to bring it back, use `move " + machine_.name.str() +
                             " --region " + region_of_place(volume.zone) +
                             "`; if it is lost there for good, remove the tag " +
                             std::string(tag::kMove) + " from " + volume.id.str() +
                             " and use `undelete " + machine_.name.str() + "`");
  }

  Duration retired_for(const Volume& volume) const {
    const auto since = parse_iso8601(tag::value(volume.tags, tag::kRetiredAt));
    return since ? now_ - *since : Duration::max();
  }

  std::optional<Decision> check_place(const Volume& volume) const {
    if (volume.multi_attach) {
      return decide_.stuck(
          Reason::volume_multi_attach, Errc::refused,
          volume.id.str() +
              " allows several attachments at once, which would destroy its file system; turn "
              "Multi-Attach off");
    }
    if (!machine_.zone.empty() && machine_.zone != volume.zone) {
      return decide_.stuck(Reason::volume_in_other_zone, Errc::invalid,
                           volume.id.str() + " is in " + volume.zone + ", not in " + machine_.zone +
                               "; correct the zone of the machine");
    }
    return std::nullopt;
  }

  std::optional<Decision> check_state(const Volume& volume) const {
    switch (volume.state) {
      case VolumeState::available:
      case VolumeState::in_use: return std::nullopt;
      case VolumeState::creating:
        return decide_.wait(Reason::waiting_for_volume, volume.id.str() + " is being created",
                            kPollChange);
      default:
        return decide_.stuck(Reason::volume_unusable, Errc::wrong_state,
                             volume.id.str() + " is in state " +
                                 std::string(to_string(volume.state)) + "; nothing was changed");
    }
  }

  Decision ambiguous(const std::vector<const Volume*>& volumes, const std::string& what) const {
    std::string ids;
    for (const Volume* volume : volumes) ids += " " + volume->id.str();
    return decide_.stuck(Reason::volume_ambiguous, Errc::invalid,
                         std::to_string(volumes.size()) + " volumes may be " + what + ":" + ids +
                             "; name the right one by its id in the machine file, and detach the "
                             "others");
  }

  const Machine& machine_;
  const Observation& seen_;
  TimePoint now_;
  Decisions decide_;
};

}  // namespace

RootChoice choose_root(const Machine& machine, const Observation& seen, TimePoint now) {
  return Chooser(machine, seen, now).choose();
}

Goal recorded_goal(const Machine& machine, const Observation& seen, TimePoint now) {
  const Volume* root = choose_root(machine, seen, now).volume;
  return root == nullptr ? Goal::up : parse_goal(tag::value(root->tags, tag::kGoal));
}

GuestFiles guest_files_of(const Volume& volume) {
  return parse_guest_files(tag::value(volume.tags, tag::kGuestFiles));
}

bool is_unattended(const Machine& machine, const Volume& root) {
  return machine.unattended.value_or(tag::is_set(root.tags, tag::kUnattended) &&
                                     has_boot_program(machine.engine));
}

bool reports_root_up(const Machine& machine, const Volume& volume, const Instance& body) {
  return machine.adopt && !machine.ejects && guest_files_of(volume) != GuestFiles::remove &&
         has_boot_program(engine_of(body));
}

bool is_retired(const Volume& volume) {
  return tag::value(volume.tags, tag::kState) == tag::kRetired;
}

bool is_copy(const Volume& volume) {
  const std::string self = tag::value(volume.tags, tag::kVolume);
  return !self.empty() && self != volume.id.str() && !lacks(Cure::copies);
}

void leave_newest_roots(std::vector<Volume>& roots) {
  const auto key = [](const Volume& root) {
    return std::pair(tag::value(root.tags, tag::kOwner), tag::value(root.tags, tag::kMachine));
  };
  std::map<std::pair<std::string, std::string>, int> newest;
  for (const Volume& root : roots) {
    if (is_copy(root)) continue;
    int& generation = newest[key(root)];
    generation = std::max(generation, generation_of(root));
  }
  std::erase_if(roots, [&](const Volume& root) {
    return is_retired(root) || is_copy(root) || generation_of(root) < newest[key(root)];
  });
}

bool is_current_root(const Volume& volume) {
  return tag::value(volume.tags, tag::kRole) == tag::kRoleRoot && !is_retired(volume) &&
         !is_copy(volume);
}

bool carries_tags_of(const Volume& volume, const Machine& machine) {
  return tag::value(volume.tags, tag::kMachine) == machine.name.str() &&
         tag::value(volume.tags, tag::kOwner) == machine.owner.str() &&
         tag::value(volume.tags, tag::kRole) == tag::kRoleRoot;
}

bool is_named_by(const Volume& volume, const Machine& machine) {
  if (machine.volume.empty()) return false;
  if (machine.volume.id.empty()) {
    return tag::value(volume.tags, tag::kName) == machine.volume.name_tag;
  }
  const bool began_as = tag::value(volume.tags, tag::kOrigin) == machine.volume.id.str();
  return volume.id == machine.volume.id || (began_as && !is_copy(volume));
}

}  // namespace ec2spotter
