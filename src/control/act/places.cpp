#include "control/act/places.hpp"

#include <algorithm>

namespace ec2spotter {
namespace {

constexpr std::string_view kSsmPrefix = "resolve:ssm:";

}  // namespace

Result<ImageId> resolve_image(const std::string& image, aws::Ec2& ec2) {
  if (!image.starts_with(kSsmPrefix)) return ImageId(image);
  TRY(const std::string id, ec2.parameter(image.substr(kSsmPrefix.size())));
  return ImageId(id);
}

Result<std::optional<SubnetId>> subnet_in(const Machine& machine, const std::string& zone,
                                          aws::Ec2& ec2) {
  using Answer = std::optional<SubnetId>;
  // EC2 itself refuses a single one of another zone.
  if (machine.subnets.empty()) {
    return machine.subnet.empty() ? Answer() : Answer(SubnetId(machine.subnet));
  }
  TRY(const auto found, ec2.describe_subnets({{"subnet-id", machine.subnets}}));
  for (const Subnet& subnet : found) {
    if (subnet.zone == zone) return Answer(subnet.id);
  }
  return fail(Errc::invalid, "none of the machine's subnets is in " + zone +
                                 "; add one of that zone to subnets in the machine file");
}

Result<std::vector<GroupId>> groups_of(const Machine& machine, aws::Ec2& ec2) {
  std::vector<GroupId> groups;
  for (const std::string& name : machine.security_groups) {
    if (name.starts_with("sg-")) {
      groups.emplace_back(name);
      continue;
    }
    TRY(const auto found, ec2.describe_security_groups({{"group-name", {name}}}));
    if (found.size() != 1) {
      return fail(Errc::invalid, std::to_string(found.size()) + " security groups are named '" +
                                     name + "'; name one by its sg- id");
    }
    groups.push_back(found.front().id);
  }
  return groups;
}

Result<void> check_zones(const std::vector<std::string>& zones, aws::Ec2& ec2) {
  TRY(const auto found, ec2.describe_zones());
  std::string names;
  for (const aws::Zone& each : found) names += (names.empty() ? "" : ", ") + each.name;
  for (const std::string& zone : zones) {
    const bool there = std::any_of(found.begin(), found.end(),
                                   [&](const aws::Zone& each) { return each.name == zone; });
    if (there || zone == kAnyZone) continue;
    return fail(Errc::invalid,
                "there is no zone '" + zone + "' in this region for this account; it has " + names);
  }
  return {};
}

Result<void> check_places(const Machine& machine, aws::Ec2& ec2) {
  if (!machine.zones.empty()) TRY_VOID(check_zones(machine.zones, ec2));
  if (machine.subnets.empty()) return {};
  for (const std::string& zone : machine.zones) {
    if (zone != kAnyZone) TRY_VOID(subnet_in(machine, zone, ec2));
  }
  return {};
}

}  // namespace ec2spotter
