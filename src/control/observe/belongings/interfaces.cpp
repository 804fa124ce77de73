#include "control/observe/belongings/interfaces.hpp"

#include "control/observe/pieces.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"

namespace ec2spotter {

Result<std::vector<NetworkInterface>> find_interfaces(aws::Ec2& ec2, const OwnerId& owner,
                                                      const std::vector<std::string>& machines) {
  std::vector<NetworkInterface> found;
  TRY_VOID(in_pieces(tag_filter_name(tag::kMachine), machines, found, [&](aws::Filter by_machine) {
    return ec2.describe_interfaces({tag_filter(tag::kOwner, owner.str()),
                                    tag_filter(tag::kRole, tag::kRoleInterface),
                                    std::move(by_machine)});
  }));
  return found;
}

}  // namespace ec2spotter
