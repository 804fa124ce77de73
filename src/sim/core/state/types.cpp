#include "sim/core/state/types.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace ec2spotter::sim {
namespace {

constexpr int kAttachmentsMost = 28;  // of EBS volumes and network interfaces, on Nitro

constexpr std::size_t kPricesMost = 500;  // remembered changes of one pool

struct TypeRow {
  const char* name;
  int vcpus;
  int memory_mib;
  const char* architecture;
  double price;  // us-east-1, on demand
  bool has_uefi = true;
};

constexpr auto kTypes = std::to_array<TypeRow>({
    {"t3.micro", 2, 1024, "x86_64", 0.0104},
    {"t3.small", 2, 2048, "x86_64", 0.0208},
    {"t3.medium", 2, 4096, "x86_64", 0.0416},
    {"t3.large", 2, 8192, "x86_64", 0.0832},
    {"t3a.small", 2, 2048, "x86_64", 0.0188},
    {"m5.large", 2, 8192, "x86_64", 0.096},
    {"m5.xlarge", 4, 16384, "x86_64", 0.192},
    {"m6i.large", 2, 8192, "x86_64", 0.096},
    {"m7i.large", 2, 8192, "x86_64", 0.1008},
    {"c5.large", 2, 4096, "x86_64", 0.085},
    {"c6i.large", 2, 4096, "x86_64", 0.085},
    {"c7i.large", 2, 4096, "x86_64", 0.08925},
    {"r5.large", 2, 16384, "x86_64", 0.126},
    {"r6i.large", 2, 16384, "x86_64", 0.126},
    {"g4ad.xlarge", 4, 16384, "x86_64", 0.37853, false},
    {"t4g.small", 2, 2048, "arm64", 0.0168},
    {"m7g.large", 2, 8192, "arm64", 0.0816},
    {"c7g.large", 2, 4096, "arm64", 0.0725},
});

Json describe_type(const TypeRow& row) {
  const bool burstable = row.name[0] == 't';
  const bool arm = row.architecture == std::string_view("arm64");
  Json boot_modes = Json::array();
  if (!arm) boot_modes.push_back("legacy-bios");
  if (row.has_uefi) boot_modes.push_back("uefi");
  return {{"instanceType", row.name},
          {"currentGeneration", true},
          {"freeTierEligible", std::string(row.name) == "t3.micro"},
          {"supportedUsageClasses", {"on-demand", "spot"}},
          {"supportedRootDeviceTypes", {"ebs"}},
          {"supportedVirtualizationTypes", {"hvm"}},
          {"bareMetal", false},
          {"hypervisor", "nitro"},
          {"processorInfo", {{"supportedArchitectures", {row.architecture}}}},
          {"vCpuInfo",
           {{"defaultVCpus", row.vcpus},
            {"defaultCores", std::max(1, row.vcpus / 2)},
            {"defaultThreadsPerCore", std::min(2, row.vcpus)}}},
          {"memoryInfo", {{"sizeInMiB", row.memory_mib}}},
          {"instanceStorageSupported", false},
          {"ebsInfo",
           {{"ebsOptimizedSupport", "default"},
            {"encryptionSupport", "supported"},
            {"nvmeSupport", "required"},
            {"maximumEbsAttachments", kAttachmentsMost},
            {"attachmentLimitType", "shared"}}},
          {"networkInfo",
           {{"networkPerformance", "Up to 5 Gigabit"},
            {"maximumNetworkInterfaces", 3},
            {"maximumNetworkCards", 1},
            {"defaultNetworkCardIndex", 0},
            {"ipv4AddressesPerInterface", 10},
            {"ipv6AddressesPerInterface", 10},
            {"ipv6Supported", true},
            {"efaSupported", false},
            {"encryptionInTransitSupported", false},
            {"enaSupport", "required"}}},
          {"hibernationSupported", false},
          {"dedicatedHostsSupported", false},
          {"placementGroupInfo", {{"supportedStrategies", {"cluster", "partition", "spread"}}}},
          {"burstablePerformanceSupported", burstable},
          {"autoRecoverySupported", true},
          {"supportedBootModes", boot_modes}};
}

std::string capacity_key(const PoolName& pool) {
  return "capacity/" + pool.instance_type + "/" + pool.zone + "/" + pool.market;
}

std::string price_key(const std::string& type, const std::string& zone) {
  return "price/" + type + "/" + zone;
}

}  // namespace

const std::map<std::string, Json>& instance_types() {
  static const std::map<std::string, Json> kAll = [] {
    std::map<std::string, Json> all;
    for (const TypeRow& row : kTypes) all[row.name] = describe_type(row);
    return all;
  }();
  return kAll;
}

const Json* instance_type(const std::string& name) {
  const auto found = instance_types().find(name);
  return found == instance_types().end() ? nullptr : &found->second;
}

std::string boot_mode_on(const Json& type, const std::string& of_image) {
  const auto supported = type.at("supportedBootModes").get<std::vector<std::string>>();
  const bool either = of_image == "uefi-preferred";
  const std::string wanted = either ? "uefi" : of_image;
  const bool has_it = std::find(supported.begin(), supported.end(), wanted) != supported.end();
  if (has_it) return wanted;
  return either || of_image.empty() ? supported.front() : "";
}

int vcpus_of(const std::string& type) {
  const Json* found = instance_type(type);
  return found == nullptr ? 0 : found->at("vCpuInfo").at("defaultVCpus").get<int>();
}

double on_demand_price(const std::string& type) {
  for (const TypeRow& row : kTypes) {
    if (row.name == type) return row.price;
  }
  return 0;
}

std::vector<PriceChange> price_changes(World& world, const std::string& type,
                                       const std::string& zone) {
  std::vector<PriceChange> changes;
  const Json set = world.settings().value(price_key(type, zone), Json::array());
  for (auto it = set.rbegin(); it != set.rend(); ++it) {
    changes.push_back(
        {TimePoint(Duration((*it).at(0).get<Duration::rep>())), (*it).at(1).get<double>()});
  }
  // A third of the on-demand price, a little dearer in later zones, so that zones differ.
  const double zone_factor = 1.0 + 0.02 * (zone.empty() ? 0 : zone.back() - 'a');
  const double first = std::round(on_demand_price(type) * 0.33 * zone_factor * 1e4) / 1e4;
  changes.push_back({TimePoint{}, first});
  return changes;
}

double spot_price(World& world, const std::string& type, const std::string& zone) {
  return price_changes(world, type, zone).front().price;
}

void set_spot_price(World& world, const std::string& type, const std::string& zone, double price) {
  Json& changes = world.settings()[price_key(type, zone)];
  changes.push_back({world.now().time_since_epoch().count(), price});
  if (changes.size() > kPricesMost) changes.erase(changes.begin());
}

PoolName pool_of(const Json& instance) {
  const bool spot = text(instance, "instanceLifecycle") == "spot";
  return {.instance_type = text(instance, "instanceType"),
          .zone = text(instance.at("placement"), "availabilityZone"),
          .market = spot ? "spot" : "on-demand"};
}

long capacity_left(World& world, const PoolName& pool) {
  return world.settings().value(capacity_key(pool), -1L);
}

void change_capacity(World& world, const PoolName& pool, long by) {
  const long left = capacity_left(world, pool);
  if (left >= 0) set_capacity(world, pool, std::max(0L, left + by));
}

void set_capacity(World& world, const PoolName& pool, long available) {
  world.settings()[capacity_key(pool)] = available;
}

}  // namespace ec2spotter::sim
