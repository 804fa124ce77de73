// The hardware and prices of the instance types that this EC2 offers.
#include <array>
#include <cmath>

#include "sim/core/run_instances.hpp"

namespace ec2spotter::sim {
namespace {

struct TypeRow {
  const char* name;
  int vcpus;
  int memory_mib;
  const char* architecture;
  double price;  // us-east-1, on demand
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
    {"t4g.small", 2, 2048, "arm64", 0.0168},
    {"m7g.large", 2, 8192, "arm64", 0.0816},
    {"c7g.large", 2, 4096, "arm64", 0.0725},
});

Json describe_type(const TypeRow& row) {
  const bool burstable = row.name[0] == 't';
  return {{"instanceType", row.name},
          {"currentGeneration", true},
          {"freeTierEligible", std::string(row.name) == "t3.micro"},
          {"supportedUsageClasses", {"on-demand", "spot"}},
          {"supportedRootDeviceTypes", {"ebs"}},
          {"supportedVirtualizationTypes", {"hvm"}},
          {"bareMetal", false},
          {"hypervisor", "nitro"},
          {"processorInfo", {{"supportedArchitectures", {row.architecture}}}},
          {"vCpuInfo", {{"defaultVCpus", row.vcpus}}},
          {"memoryInfo", {{"sizeInMiB", row.memory_mib}}},
          {"instanceStorageSupported", false},
          {"ebsInfo",
           {{"ebsOptimizedSupport", "default"},
            {"encryptionSupport", "supported"},
            {"nvmeSupport", "required"}}},
          {"networkInfo",
           {{"maximumNetworkInterfaces", 3},
            {"ipv4AddressesPerInterface", 10},
            {"enaSupport", "required"}}},
          {"burstablePerformanceSupported", burstable},
          {"autoRecoverySupported", true},
          {"supportedBootModes", {"legacy-bios", "uefi"}}};
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

double on_demand_price(const std::string& type) {
  for (const TypeRow& row : kTypes) {
    if (row.name == type) return row.price;
  }
  return 0;
}

double spot_price(World& world, const std::string& type, const std::string& zone) {
  const auto set = world.settings().find(price_key(type, zone));
  if (set != world.settings().end()) return std::stod(set->get<std::string>());
  // A third of the price, a little dearer in later zones, so that zones differ.
  const double zone_factor = 1.0 + 0.02 * (zone.back() - 'a');
  return std::round(on_demand_price(type) * 0.33 * zone_factor * 1e4) / 1e4;
}

long capacity_left(World& world, const std::string& type, const std::string& zone,
                   const std::string& market) {
  return world.settings().value("capacity/" + type + "/" + zone + "/" + market, -1L);
}

}  // namespace ec2spotter::sim
