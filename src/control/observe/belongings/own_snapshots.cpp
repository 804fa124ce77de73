#include "control/observe/belongings/own_snapshots.hpp"

#include <algorithm>

#include "control/observe/pieces.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/move.hpp"
#include "model/tags.hpp"

namespace ec2spotter {

bool needs_snapshots(const Machine& machine, const std::vector<Volume>& roots) {
  return machine.snapshot_every || may_move(machine) ||
         std::any_of(roots.begin(), roots.end(), [](const Volume& root) {
           return order_of(root) || tag::value(root.tags, tag::kLeftovers) == tag::kKept;
         });
}

Result<std::vector<Snapshot>> find_snapshots(aws::Ec2& ec2, const OwnerId& owner,
                                             const std::vector<std::string>& machines) {
  std::vector<Snapshot> found;
  TRY_VOID(in_pieces(tag_filter_name(tag::kMachine), machines, found, [&](aws::Filter by_name) {
    return ec2.describe_snapshots({tag_filter(tag::kOwner, owner.str()),
                                   tag_filter(tag::kRole, tag::kRoleSnapshot), std::move(by_name)});
  }));
  return found;
}

Result<std::vector<Snapshot>> own_snapshots(const Machine& machine,
                                            const std::vector<Volume>& volumes, aws::Ec2& ec2) {
  TRY(auto snapshots, ec2.describe_snapshots({tag_filter(tag::kOwner, machine.owner.str()),
                                              tag_filter(tag::kMachine, machine.name.str())}));
  std::vector<std::string> ids;
  ids.reserve(volumes.size());
  for (const Volume& volume : volumes) ids.push_back(volume.id.str());
  std::vector<Snapshot> of_volumes;
  TRY_VOID(in_pieces("volume-id", ids, of_volumes, [&](aws::Filter by_volume) {
    return ec2.describe_snapshots({std::move(by_volume)});
  }));
  for (Snapshot& snapshot : of_volumes) {
    const bool known = std::any_of(snapshots.begin(), snapshots.end(),
                                   [&](const Snapshot& other) { return other.id == snapshot.id; });
    if (!known) snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

}  // namespace ec2spotter
