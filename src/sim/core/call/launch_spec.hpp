// What RunInstances, RequestSpotInstances and launch templates ask for, read from parameters.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "sim/core/call/params.hpp"
#include "sim/core/state/json.hpp"

namespace ec2spotter::sim {

enum class SpotKind { none, one_time, persistent };

struct DiskSpec {
  std::string device = {}, snapshot_id = {}, volume_type = {}, kms_key = {};
  std::optional<long> size_gib = {}, iops = {}, throughput = {};
  std::optional<long> initialization_mib_s = {};
  std::optional<bool> delete_on_termination = {}, encrypted = {};
  bool no_device = false;
  bool key_exists = true;  // of an encrypted disk
};

struct InterfaceSpec {
  long device_index = 0;
  std::string interface_id = {}, subnet_id = {}, private_ip = {}, description = {};
  std::vector<std::string> group_ids = {};
  std::optional<bool> delete_on_termination = {}, public_ip = {};
};

// One launch, already read from its parameters.
struct LaunchSpec {
  std::string image_id, instance_type = "m1.small", zone, zone_id, subnet_id, private_ip;
  std::string key_name, user_data, client_token, profile_name, cpu_credits;
  std::vector<std::string> group_ids, group_names;
  std::vector<InterfaceSpec> interfaces;
  std::vector<DiskSpec> disks;
  std::string shutdown_behavior = "stop";
  SpotKind spot = SpotKind::none;
  std::string interruption_behavior = "terminate";
  std::optional<double> max_price;
  std::optional<TimePoint> valid_until;
  int count_min = 1;
  int count_max = 1;
  bool tokens_required = false, metadata_enabled = true, tags_in_metadata = false;
  long hop_limit = 1;
  bool monitoring = false, ebs_optimized = false, termination_disabled = false;
  std::map<std::string, Json> tags;  // by resource type

  // Who asked, when it was not RunInstances itself.
  std::string spot_request_id, fleet_id, template_id, template_version;
  ParamMap params;  // what this was read from, for a persistent request
};

// Reads what every kind of launch has. Errors: InvalidParameterValue, InvalidParameterCombination
// ...; unknown parameters are left for Params::finish.
Result<LaunchSpec> read_launch_spec(Params& params);
// Reads what only RunInstances and launch templates have: market, metadata, tags ...
Result<void> read_launch_extras(Params& params, LaunchSpec& spec);

// A price in US dollars above 0.001.
Result<double> read_price(const std::string& name, const std::string& value);

// Base64 of user data decodes to 16 KiB at most. Errors: InvalidUserData.Malformed.
Result<void> check_user_data(const std::string& user_data);

}  // namespace ec2spotter::sim
