// Launching: what RunInstances, RequestSpotInstances and CreateFleet have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/call.hpp"

namespace ec2spotter::sim {

enum class SpotKind { none, one_time, persistent };

// One launch, already read from its parameters.
struct LaunchSpec {
  std::string image_id, instance_type, zone, subnet_id, key_name, user_data, client_token;
  std::vector<std::string> group_ids;
  std::string network_interface_id;
  std::string profile_name;
  std::string shutdown_behavior = "stop";
  SpotKind spot = SpotKind::none;
  std::string interruption_behavior = "terminate";
  std::optional<double> max_price;
  int count = 1;
  Json mappings = Json::array();  // {deviceName, ebs{...}} as asked for
  bool tokens_required = false;
  bool metadata_enabled = true;
  int hop_limit = 1;
  std::map<std::string, Json> tags;  // by resource type
};

// Reads the parameters that a launch specification has wherever it stands.
Result<LaunchSpec> read_launch_spec(Params& params);

// Checks everything, takes capacity, makes the instances; their ids.
// Errors: InvalidAMIID.NotFound, InvalidSubnetID.NotFound, InvalidKeyPair.NotFound,
// InsufficientInstanceCapacity, SpotMaxPriceTooLow, MaxSpotInstanceCountExceeded ...
Result<std::vector<std::string>> launch(World& world, const std::string& region,
                                        const LaunchSpec& spec);

Result<Json> run_instances(Call& call);

// Hardware of the known instance types; null for another name.
const Json* instance_type(const std::string& name);
const std::map<std::string, Json>& instance_types();

// US dollars an hour.
double on_demand_price(const std::string& type);
double spot_price(World& world, const std::string& type, const std::string& zone);

// How many more instances the pool gives; negative: no limit.
long capacity_left(World& world, const std::string& type, const std::string& zone,
                   const std::string& market);

}  // namespace ec2spotter::sim
