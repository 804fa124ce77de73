#include "model/reason.hpp"

namespace ec2spotter {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::volume_missing: return "volume_missing";
    case Reason::volume_ambiguous: return "volume_ambiguous";
    case Reason::volume_differs: return "volume_differs";
    case Reason::volume_unusable: return "volume_unusable";
    case Reason::volume_in_other_zone: return "volume_in_other_zone";
    case Reason::volume_of_other_owner: return "volume_of_other_owner";
    case Reason::volume_retired: return "volume_retired";
    case Reason::volume_multi_attach: return "volume_multi_attach";
    case Reason::volume_in_use_elsewhere: return "volume_in_use_elsewhere";
    case Reason::volume_not_adopted: return "volume_not_adopted";
    case Reason::address_missing: return "address_missing";
    case Reason::address_in_use_elsewhere: return "address_in_use_elsewhere";
    case Reason::adopting_volume: return "adopting_volume";
    case Reason::waiting_for_volume: return "waiting_for_volume";
    case Reason::waiting_for_types: return "waiting_for_types";
    case Reason::no_matching_type: return "no_matching_type";
    case Reason::launching_body: return "launching_instance";
    case Reason::no_capacity: return "no_capacity";
    case Reason::quota_reached: return "quota_reached";
    case Reason::waiting_for_spot: return "waiting_for_spot";
    case Reason::launch_refused: return "launch_refused";
    case Reason::too_many_launches: return "too_many_launches";
    case Reason::choosing_engine: return "choosing_engine";
    case Reason::swapping_root: return "swapping_root";
    case Reason::cancelling_request: return "cancelling_request";
    case Reason::adopting_body: return "adopting_instance";
    case Reason::waiting_for_body: return "waiting_for_instance";
    case Reason::waiting_for_preboot: return "waiting_for_preboot";
    case Reason::console_denied: return "console_denied";
    case Reason::root_lost: return "root_lost";
    case Reason::attaching_root: return "attaching_root";
    case Reason::waiting_for_attachment: return "waiting_for_attachment";
    case Reason::attachment_stuck: return "attachment_stuck";
    case Reason::protecting_root: return "protecting_root";
    case Reason::booting: return "booting";
    case Reason::boot_failed: return "boot_failed";
    case Reason::boot_timeout: return "boot_timeout";
    case Reason::moving_address: return "moving_address";
    case Reason::waiting_for_service: return "waiting_for_service";
    case Reason::unhealthy: return "unhealthy";
    case Reason::restarting: return "restarting";
    case Reason::up: return "up";
    case Reason::releasing_body: return "releasing_instance";
    case Reason::waiting_for_release: return "waiting_for_release";
    case Reason::release_stuck: return "release_stuck";
    case Reason::collecting_body: return "collecting_instance";
    case Reason::collecting_disk: return "collecting_disk";
    case Reason::preparing_hand_over: return "preparing_hand_over";
    case Reason::handing_over: return "handing_over";
    case Reason::adopting_address: return "adopting_address";
    case Reason::body_in_the_way: return "instance_in_the_way";
    case Reason::creating_fleet: return "creating_fleet";
    case Reason::fleet_differs: return "fleet_differs";
    case Reason::waiting_for_fleet: return "waiting_for_fleet";
    case Reason::deleting_fleet: return "deleting_fleet";
    case Reason::paused: return "paused";
  }
  return "unknown";
}

}  // namespace ec2spotter
