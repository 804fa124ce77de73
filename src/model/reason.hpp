// Why a machine is where it is: the closed list.
#pragma once

#include <string_view>

namespace ec2spotter {

// Every reason is produced by at least one test.
enum class Reason {
  volume_missing,
  volume_ambiguous,
  volume_differs,
  volume_unusable,
  volume_in_other_zone,
  volume_of_other_owner,
  volume_retired,
  volume_multi_attach,
  volume_in_use_elsewhere,
  volume_not_adopted,
  address_missing,
  address_in_use_elsewhere,
  adopting_volume,
  waiting_for_volume,
  waiting_for_types,
  no_matching_type,
  launching_body,
  no_capacity,
  quota_reached,
  waiting_for_spot,
  launch_refused,
  too_many_launches,
  choosing_engine,
  swapping_root,
  replacing_root,
  replace_failed,
  replace_stuck,
  cancelling_request,
  adopting_body,
  waiting_for_body,
  waiting_for_preboot,
  console_denied,
  root_lost,
  attaching_root,
  waiting_for_attachment,
  attachment_stuck,
  protecting_root,
  booting,
  boot_failed,
  boot_timeout,
  moving_address,
  waiting_for_service,
  unhealthy,
  restarting,
  up,
  releasing_body,
  waiting_for_release,
  release_stuck,
  collecting_body,
  collecting_disk,
  preparing_hand_over,
  handing_over,
  adopting_address,
  body_in_the_way,
  creating_fleet,
  fleet_differs,
  waiting_for_fleet,
  deleting_fleet,
  paused,
};

std::string_view to_string(Reason reason);

}  // namespace ec2spotter
