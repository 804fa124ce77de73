// The hardware and prices of the instance types that this EC2 offers, and what is left of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/core/state/world.hpp"

namespace ec2spotter::sim {

// As DescribeInstanceTypes shows it; null for another name.
const Json* instance_type(const std::string& name);
const std::map<std::string, Json>& instance_types();
// The boot mode in which this type starts an image of boot mode `of_image` (empty: it says none);
// empty: it cannot. Source: EC2 user guide, "Requirements to launch an EC2 instance in UEFI boot
// mode".
std::string boot_mode_on(const Json& type, const std::string& of_image);
int vcpus_of(const std::string& type);

// US dollars an hour.
double on_demand_price(const std::string& type);
double spot_price(World& world, const std::string& type, const std::string& zone);

struct PriceChange {
  TimePoint at;
  double price = 0;
};
// Newest first; at least one, which has been in force since long ago.
std::vector<PriceChange> price_changes(World& world, const std::string& type,
                                       const std::string& zone);
void set_spot_price(World& world, const std::string& type, const std::string& zone, double price);

struct PoolName {
  std::string instance_type, zone, market;  // market: spot or on-demand
};
PoolName pool_of(const Json& instance);
// How many more instances the pool gives; negative: no limit.
long capacity_left(World& world, const PoolName& pool);
// Takes from (negative) or gives back to a pool that has a limit.
void change_capacity(World& world, const PoolName& pool, long by);
void set_capacity(World& world, const PoolName& pool, long available);

}  // namespace ec2spotter::sim
