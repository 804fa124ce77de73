#include "control/act/body_spec.hpp"

#include <utility>

#include "control/act/places.hpp"
#include "control/tags/batch_tags.hpp"
#include "model/tags.hpp"

namespace ec2spotter {
namespace {

// The engine of a launch, as its boot program has it: what `auto` has chosen declines where the
// file's engine would try. A machine that is ejected is entered by none.
BootEngine boot_engine(Engine of_launch, const Machine& machine) {
  if (machine.ejects) return BootEngine::none;
  if (of_launch == Engine::pivot) return BootEngine::pivot;
  return machine.engine == Engine::automatic ? BootEngine::auto_ : BootEngine::kexec;
}

BootAdopt boot_adopt(const Machine& machine, GuestFiles files) {
  if (files == GuestFiles::remove) return BootAdopt::remove;
  if (files == GuestFiles::leave) return machine.adopt ? BootAdopt::leave : BootAdopt::remove;
  if (!machine.adopt) return BootAdopt::no;
  return files == GuestFiles::install ? BootAdopt::again : BootAdopt::once;
}

Result<std::string> user_data_of(const std::vector<LaunchOrder>& batch,
                                 const std::optional<OwnAttaching>& own_attaching) {
  const Machine& machine = *batch.front().machine;
  if (!has_boot_program(batch.front().step->engine)) {
    const GuestFiles files = batch.front().step->guest_files;
    const bool stays = files != GuestFiles::remove && files != GuestFiles::leave;
    return render_restart_user_data(machine.adopt && stays);
  }
  BootParameters parameters{.volumes = {},
                            .engine = boot_engine(batch.front().step->engine, machine),
                            .device = machine.device,
                            .adopt = boot_adopt(machine, batch.front().step->guest_files),
                            .guest_helper = machine.guest_helper,
                            .fix_network = machine.fix_network,
                            .own_attaching = own_attaching};
  for (const LaunchOrder& order : batch) {
    if (!order.step->root_to_come) parameters.volumes.push_back(order.step->volume);
  }
  return render_user_data(parameters);
}

Tags tags_of(const std::vector<LaunchOrder>& batch) {
  Tags tags = batch.front().machine->tags;
  for (const LaunchOrder& order : batch) {
    const VolumeId root =
        order.step->root_to_come ? VolumeId(std::string(tag::kToCome)) : order.step->volume;
    tags = with_names_of_next(std::move(tags), own_names(*order.machine, root));
  }
  tags[std::string(tag::kOwner)] = batch.front().machine->owner.str();
  tags[std::string(tag::kRole)] = tag::kRoleInstance;
  const step::LaunchBody& first = *batch.front().step;
  tags[std::string(tag::kAttempt)] = std::to_string(first.attempt);
  if (first.engine != Engine::automatic) tags[std::string(tag::kEngine)] = to_string(first.engine);
  if (batch.front().machine->ejects) tags[std::string(tag::kEjects)] = "true";
  if (!first.takes_over.empty()) tags[std::string(tag::kTakesOver)] = first.takes_over.str();
  return tags;
}

}  // namespace

Result<aws::RunInstancesSpec> body_spec(const std::vector<LaunchOrder>& batch, aws::Ec2& ec2,
                                        const std::optional<OwnAttaching>& own_attaching) {
  const Machine& machine = *batch.front().machine;
  const Pool& pool = batch.front().step->pool;
  TRY(const ImageId image, resolve_image(machine.image, ec2));
  const InterfaceId& interface = batch.front().step->interface;
  std::vector<GroupId> groups;
  std::optional<SubnetId> subnet;
  if (interface.empty()) {
    TRY(groups, groups_of(machine, ec2));
    TRY(subnet, subnet_in(machine, pool.zone, ec2));
  }
  TRY(auto user_data, user_data_of(batch, own_attaching));
  return aws::RunInstancesSpec{
      .image = image,
      .pool = pool,
      .count = static_cast<int>(batch.size()),
      .subnet = std::move(subnet),
      .security_groups = std::move(groups),
      .interface = interface,
      .key_name = machine.key_name,
      .user_data = std::move(user_data),
      .max_price = pool.market == Market::spot ? machine.max_price : std::nullopt,
      .client_token = batch_token(batch),
      .instance_profile = own_attaching ? profile_of(machine) : machine.instance_profile,
      .stoppable = batch.front().step->engine == Engine::swap,
      .shows_tags = batch.front().step->root_to_come,
      .instance_tags = tags_of(batch)};
}

}  // namespace ec2spotter
