#include "model/reason.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace ec2spotter {
namespace {

constexpr auto kNames = std::to_array<std::pair<Reason, std::string_view>>({
    {Reason::volume_missing, "volume_missing"},
    {Reason::volume_ambiguous, "volume_ambiguous"},
    {Reason::volume_differs, "volume_differs"},
    {Reason::volume_unusable, "volume_unusable"},
    {Reason::volume_in_other_zone, "volume_in_other_zone"},
    {Reason::volume_of_other_owner, "volume_of_other_owner"},
    {Reason::volume_retired, "volume_retired"},
    {Reason::in_other_region, "in_other_region"},
    {Reason::volume_multi_attach, "volume_multi_attach"},
    {Reason::volume_in_use_elsewhere, "volume_in_use_elsewhere"},
    {Reason::volume_not_adopted, "volume_not_adopted"},
    {Reason::data_volume_missing, "data_volume_missing"},
    {Reason::data_volume_ambiguous, "data_volume_ambiguous"},
    {Reason::data_volume_in_other_zone, "data_volume_in_other_zone"},
    {Reason::data_volume_in_use_elsewhere, "data_volume_in_use_elsewhere"},
    {Reason::data_volume_unusable, "data_volume_unusable"},
    {Reason::address_missing, "address_missing"},
    {Reason::address_in_use_elsewhere, "address_in_use_elsewhere"},
    {Reason::adopting_volume, "adopting_volume"},
    {Reason::waiting_for_volume, "waiting_for_volume"},
    {Reason::waiting_for_types, "waiting_for_types"},
    {Reason::no_matching_type, "no_matching_type"},
    {Reason::launching_body, "launching_instance"},
    {Reason::no_capacity, "no_capacity"},
    {Reason::quota_reached, "quota_reached"},
    {Reason::waiting_for_spot, "waiting_for_spot"},
    {Reason::launch_refused, "launch_refused"},
    {Reason::key_refused, "key_refused"},
    {Reason::too_many_launches, "too_many_launches"},
    {Reason::choosing_engine, "choosing_engine"},
    {Reason::swapping_root, "swapping_root"},
    {Reason::replacing_root, "replacing_root"},
    {Reason::replace_failed, "replace_failed"},
    {Reason::replace_stuck, "replace_stuck"},
    {Reason::cancelling_request, "cancelling_request"},
    {Reason::adopting_body, "adopting_instance"},
    {Reason::waiting_for_body, "waiting_for_instance"},
    {Reason::waiting_for_preboot, "waiting_for_preboot"},
    {Reason::console_denied, "console_denied"},
    {Reason::root_lost, "root_lost"},
    {Reason::attaching_root, "attaching_root"},
    {Reason::attaching_data_volume, "attaching_data_volume"},
    {Reason::waiting_for_attachment, "waiting_for_attachment"},
    {Reason::attachment_stuck, "attachment_stuck"},
    {Reason::protecting_root, "protecting_root"},
    {Reason::booting, "booting"},
    {Reason::boot_failed, "boot_failed"},
    {Reason::boot_timeout, "boot_timeout"},
    {Reason::making_interface, "making_interface"},
    {Reason::waiting_for_interface, "waiting_for_interface"},
    {Reason::interface_missing, "interface_missing"},
    {Reason::interface_in_use_elsewhere, "interface_in_use_elsewhere"},
    {Reason::moving_address, "moving_address"},
    {Reason::waiting_for_service, "waiting_for_service"},
    {Reason::unhealthy, "unhealthy"},
    {Reason::restarting, "restarting"},
    {Reason::up, "up"},
    {Reason::releasing_body, "releasing_instance"},
    {Reason::waiting_for_release, "waiting_for_release"},
    {Reason::release_stuck, "release_stuck"},
    {Reason::collecting_body, "collecting_instance"},
    {Reason::collecting_disk, "collecting_disk"},
    {Reason::preparing_hand_over, "preparing_hand_over"},
    {Reason::handing_over, "handing_over"},
    {Reason::adopting_address, "adopting_address"},
    {Reason::body_in_the_way, "instance_in_the_way"},
    {Reason::creating_fleet, "creating_fleet"},
    {Reason::fleet_differs, "fleet_differs"},
    {Reason::waiting_for_fleet, "waiting_for_fleet"},
    {Reason::deleting_fleet, "deleting_fleet"},
    {Reason::taking_snapshot, "taking_snapshot"},
    {Reason::moving_root, "moving_root"},
    {Reason::move_refused, "move_refused"},
    {Reason::tidying_up, "tidying_up"},
    {Reason::paused, "paused"},
});
static_assert(kNames.size() == static_cast<std::size_t>(Reason::paused) + 1,
              "each reason has a name; paused is the last");

}  // namespace

std::string_view to_string(Reason reason) {
  for (const auto& [each, name] : kNames) {
    if (each == reason) return name;
  }
  return "unknown";
}

}  // namespace ec2spotter
