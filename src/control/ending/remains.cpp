#include "control/ending/remains.hpp"

#include "control/observe/belongings/own_snapshots.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"

namespace ec2spotter {

Result<Remains> find_remains(const Machine& machine, aws::Ec2& ec2) {
  const std::vector<aws::Filter> ours{tag_filter(tag::kMachine, machine.name.str()),
                                      tag_filter(tag::kOwner, machine.owner.str())};
  Remains remains;
  TRY(remains.addresses, ec2.describe_addresses(ours));
  TRY(const auto volumes, ec2.describe_volumes({}, ours));
  TRY(remains.snapshots, own_snapshots(machine, volumes, ec2));
  for (const Volume& volume : volumes) {
    const bool is_data = tag::value(volume.tags, tag::kRole) == tag::kRoleData;
    (is_data ? remains.data : remains.roots).push_back(volume);
  }
  return remains;
}

}  // namespace ec2spotter
