// What EC2 Fleets do as time passes.
#pragma once

#include <string>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// Launches what a fleet of type maintain lacks; tries again later when it cannot.
void fill_fleet(World& world, const std::string& region, const std::string& fleet_id);
// An instance of the fleet has ended.
void fleet_lost_instance(World& world, const std::string& region, const std::string& fleet_id);

}  // namespace ec2spotter::sim
