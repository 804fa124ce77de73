// DescribeInstanceTypes.
#include <algorithm>

#include "sim/core/call/call.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Result<Json> describe_instance_types(Call& call) {
  static const FilterPaths kPaths{
      {"instance-type", "instanceType"},
      {"current-generation", "currentGeneration"},
      {"bare-metal", "bareMetal"},
      {"hypervisor", "hypervisor"},
      {"vcpu-info.default-vcpus", "vCpuInfo/defaultVCpus"},
      {"memory-info.size-in-mib", "memoryInfo/sizeInMiB"},
      {"supported-usage-class", "supportedUsageClasses/*"},
      {"supported-boot-mode", "supportedBootModes/*"},
      {"processor-info.supported-architecture", "processorInfo/supportedArchitectures/*"}};
  const auto names = call.params.list("InstanceType");
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, !names.empty(), {5, 100}));
  TRY_VOID(call.finish());
  Json set = Json::array();
  for (const std::string& name : names) {
    if (instance_type(name) == nullptr) {
      return refuse("InvalidInstanceType",
                    "The following supplied instance types do not exist: [" + name + "]");
    }
  }
  for (const auto& [name, type] : instance_types()) {
    const bool named = names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    if (named && filters.match(type)) set.push_back(type);
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"instanceTypeSet", std::move(set)}}, next);
}

}  // namespace

void add_instance_type_actions(Actions& actions) {
  actions.insert({{"DescribeInstanceTypes", describe_instance_types}});
}

}  // namespace ec2spotter::sim
