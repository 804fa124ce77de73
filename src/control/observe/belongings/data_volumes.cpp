#include "control/observe/belongings/data_volumes.hpp"

#include <algorithm>

#include "control/observe/pieces.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"
#include "plan/choice/data_choice.hpp"

namespace ec2spotter {
namespace {

bool is_meant(const Volume& volume, const Machine& machine) {
  return std::any_of(machine.data_volumes.begin(), machine.data_volumes.end(),
                     [&](const DataVolume& wanted) { return is_named_by(volume, wanted); });
}

}  // namespace

Result<std::map<std::string, std::vector<Volume>>> find_data_volumes(
    aws::Ec2& ec2, const std::vector<const Machine*>& machines) {
  std::vector<std::string> ids, names;
  for (const Machine* machine : machines) {
    for (const DataVolume& wanted : machine->data_volumes) {
      const VolumeName& name = wanted.volume;
      (name.id.empty() ? names : ids).push_back(name.id.empty() ? name.name_tag : name.id.str());
    }
  }
  std::vector<Volume> found;
  const auto read = [&](aws::Filter filter) {
    return ec2.describe_volumes({}, {std::move(filter)});
  };
  TRY_VOID(in_pieces("volume-id", ids, found, read));
  TRY_VOID(in_pieces(tag_filter_name(tag::kName), names, found, read));
  // One that is asked for by its id and by its Name comes twice.
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
