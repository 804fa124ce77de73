#include "control/act/network/kept_interface.hpp"

#include <algorithm>

#include "control/act/disk_rules.hpp"
#include "control/act/places.hpp"
#include "control/tags/ownership.hpp"
#include "control/tags/tag_filter.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

bool is_ours(const NetworkInterface& interface, const Machine& machine) {
  return belongs_to(interface.tags, machine) &&
         tag::value(interface.tags, tag::kRole) == tag::kRoleInterface;
}

}  // namespace

Result<void> KeptInterface::write(const VolumeId& root, std::string_view value) {
  const Volume* volume = find_volume(seen_.volumes, root);
  if (volume == nullptr || !belongs_to(volume->tags, machine_)) {
    return fail(Errc::refused,
                "rule S4: " + root.str() + " does not carry our tags; it is not changed");
  }
  return ec2_.create_tags({root.str()}, {{std::string(tag::kInterface), std::string(value)}});
}

Result<SubnetId> KeptInterface::subnet_for(const std::string& zone) {
  TRY(const auto named, subnet_in(machine_, zone, ec2_));
  const aws::Filter which =
      named ? aws::Filter{"subnet-id", {named->str()}} : aws::Filter{"default-for-az", {"true"}};
  TRY(const auto found, ec2_.describe_subnets({which, {"availability-zone", {zone}}}));
  if (!found.empty()) return found.front().id;
  return fail(Errc::invalid,
              (named ? named->str() + " is not in " + zone : zone + " has no default subnet") +
                  ", and a network interface needs one there; name a subnet of that zone in the "
                  "machine file");
}

Result<void> KeptInterface::act(const step::MakeInterface& step) {
  const Volume* root = find_volume(seen_.volumes, step.volume);
  const std::string told =
      root == nullptr ? std::string() : tag::value(root->tags, tag::kInterface);
  if (told.empty() || told == tag::kGone) TRY_VOID(write(step.volume, tag::kToCome));
  TRY(const auto there, ec2_.describe_interfaces({tag_filter(tag::kMachine, machine_.name.str()),
                                                  tag_filter(tag::kOwner, machine_.owner.str()),
                                                  tag_filter(tag::kRole, tag::kRoleInterface),
                                                  {"availability-zone", {step.zone}}}));
  if (!there.empty()) return {};
  TRY(const SubnetId subnet, subnet_for(step.zone));
  TRY(auto groups, groups_of(machine_, ec2_));
  Tags tags = ownership_tags(machine_);
  tags[std::string(tag::kRole)] = tag::kRoleInterface;
  tags[std::string(tag::kName)] = machine_.name.str();
  auto made = ec2_.create_interface({.subnet = subnet,
                                     .security_groups = std::move(groups),
                                     .description = "ec2spotter: machine " + machine_.name.str(),
                                     .client_token = step.client_token,
                                     .tags = std::move(tags)});
  // The file has changed since the token was used.
  if (!made && made.error().api_code.starts_with("Idempotent")) ++memory_.interface_attempt;
  if (!made) return fail(std::move(made).error());
  // For the token of an interface that is gone, EC2 may return that one again.
  if (memory_.interface_made.id == made->id.str()) ++memory_.interface_attempt;
  memory_.interface_made = {.id = made->id.str(), .at = now_};
  return {};
}

Result<void> KeptInterface::act(const step::RecordInterface& step) {
  if (step.interface.empty()) return write(step.volume, tag::kGone);
  const bool ours = std::any_of(seen_.interfaces.begin(), seen_.interfaces.end(),
                                [&](const NetworkInterface& each) {
                                  return each.id == step.interface && is_ours(each, machine_);
                                });
  if (ours) return write(step.volume, step.interface.str());
  return fail(Errc::refused,
              "rule S4: " + step.interface.str() + " does not carry our tags; it is not taken");
}

Result<void> KeptInterface::act(const step::DeleteInterface& step) {
  TRY(const auto fresh,
      ec2_.describe_interfaces({{"network-interface-id", {step.interface.str()}}}));
  for (const NetworkInterface& interface : fresh) {
    if (!is_ours(interface, machine_)) {
      return fail(Errc::refused, "rule S4: " + step.interface.str() +
                                     " does not carry our tags; it is not deleted");
    }
    if (!interface.is_free()) {
      return fail(Errc::wrong_state, step.interface.str() + " is in use; it is not deleted");
    }
    return ec2_.delete_interface(step.interface);
  }
  return {};
}

}  // namespace ec2spotter
