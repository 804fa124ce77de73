#include "control/observe/belongings/data_volumes.hpp"

#include <algorithm>

#include "control/observe/pieces.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/data_choice.hpp"

namespace ec2spotter {
namespace {

bool is_meant(const Volume& volume, const Machine& machine) {
  const bool tagged =
      belongs_to(volume.tags, machine) && tag::value(volume.tags, tag::kRole) == tag::kRoleData;
  return tagged ||
         std::any_of(machine.data_volumes.begin(), machine.data_volumes.end(),
                     [&](const DataVolume& wanted) { return is_named_by(volume, wanted); });
}

// What a file says is looked up where no volume has the tags of it already.
void add_names(const Machine& machine, const std::vector<Volume>& found,
               std::vector<std::string>& ids, std::vector<std::string>& names) {
  for (const DataVolume& wanted : machine.data_volumes) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Volume& volume) {
      return is_data_of(volume, machine) && is_named_by(volume, wanted);
    });
    if (known) continue;
    const VolumeName& name = wanted.volume;
    (name.id.empty() ? names : ids).push_back(name.id.empty() ? name.name_tag : name.id.str());
  }
}

}  // namespace

Result<std::map<std::string, std::vector<Volume>>> find_data_volumes(
    aws::Ec2& ec2, const OwnerId& owner, const std::vector<const Machine*>& machines) {
  std::vector<std::string> with_data, ids, names;
  for (const Machine* machine : machines) {
    if (!machine->data_volumes.empty()) with_data.push_back(machine->name.str());
  }
  std::vector<Volume> found;
  TRY_VOID(in_pieces(tag_filter_name(tag::kMachine), with_data, found, [&](aws::Filter by_name) {
    return ec2.describe_volumes({}, {tag_filter(tag::kOwner, owner.str()),
                                     tag_filter(tag::kRole, tag::kRoleData), std::move(by_name)});
  }));
  for (const Machine* machine : machines) add_names(*machine, found, ids, names);
  const auto read = [&](aws::Filter filter) {
    return ec2.describe_volumes({}, {std::move(filter)});
  };
  TRY_VOID(in_pieces("volume-id", ids, found, read));
  TRY_VOID(in_pieces(tag_filter_name(tag::kName), names, found, read));
  // One that is asked for in several ways comes more than once.
  std::sort(found.begin(), found.end(),
            [](const Volume& a, const Volume& b) { return a.id < b.id; });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Volume& a, const Volume& b) { return a.id == b.id; }),
              found.end());
  std::map<std::string, std::vector<Volume>> by_machine;
  for (const Machine* machine : machines) {
    std::copy_if(found.begin(), found.end(), std::back_inserter(by_machine[machine->name.str()]),
                 [&](const Volume& volume) { return is_meant(volume, *machine); });
  }
  return by_machine;
}

}  // namespace ec2spotter
