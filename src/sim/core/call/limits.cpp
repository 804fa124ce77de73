#include "sim/core/call/limits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/core/state/instance_state.hpp"
#include "sim/core/state/types.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

struct Rate {
  std::string_view action;
  double capacity, refill;  // requests, requests a second
};

// Actions with a bucket of their own; the others share one by class.
constexpr auto kOwn = std::to_array<Rate>({
    {"RunInstances", 5, 2},
    {"StartInstances", 5, 2},
    {"TerminateInstances", 100, 5},
    {"CreateTags", 100, 10},
    {"DeleteTags", 100, 10},
    {"CreateVolume", 100, 5},
    {"DeleteVolume", 100, 5},
    {"CreateSnapshot", 100, 5},
    {"CreateSnapshots", 100, 5},
    {"DeleteSnapshot", 100, 5},
    {"CreateNetworkInterface", 100, 5},
    {"DeleteNetworkInterface", 100, 5},
    {"ModifyNetworkInterfaceAttribute", 100, 5},
    {"CreateLaunchTemplateVersion", 100, 5},
    {"DeregisterImage", 100, 5},
});
constexpr auto kIntensive =
    std::to_array<std::string_view>({"AuthorizeSecurityGroupIngress", "CancelSpotInstanceRequests",
                                     "CreateKeyPair", "RequestSpotInstances"});
// Cheaper when filtered or paged.
constexpr auto kWide = std::to_array<std::string_view>(
    {"DescribeInstances", "DescribeInstanceStatus", "DescribeNetworkInterfaces",
     "DescribeSecurityGroups", "DescribeSnapshots", "DescribeSpotInstanceRequests",
     "DescribeVolumes"});
// On top, per instance: RunInstances counts MaxCount, the others the ids.
constexpr auto kPerInstance = std::to_array<Rate>({{"RunInstances", 1000, 2},
                                                   {"StartInstances", 1000, 2},
                                                   {"TerminateInstances", 1000, 20},
                                                   {"StopInstances", 1000, 20}});

template <class Rows>
const Rate* find_rate(const Rows& rows, std::string_view action) {
  const auto* found =
      std::find_if(rows.begin(), rows.end(), [&](const Rate& row) { return row.action == action; });
  return found == rows.end() ? nullptr : found;
}

template <class Names>
bool has(const Names& names, std::string_view action) {
  return std::find(names.begin(), names.end(), action) != names.end();
}

bool narrowed(const ParamMap& params) {
  return std::any_of(params.begin(), params.end(), [](const auto& param) {
    return param.first == "MaxResults" || param.first.ends_with(".1") ||
           param.first.starts_with("Filter.");
  });
}

Rate rate_of(const std::string& action, const ParamMap& params) {
  if (const Rate* own = find_rate(kOwn, action)) return *own;
  if (has(kWide, action) && !narrowed(params)) return {"wide/", 50, 10};
  if (action.starts_with("Describe") || action.starts_with("Get")) return {"reading", 100, 20};
  if (has(kIntensive, action)) return {"intensive", 50, 5};
  return {"changing", 50, 5};
}

double instances_of(const std::string& action, const ParamMap& params) {
  if (action == "RunInstances") {
    const auto max = params.find("MaxCount");
    // An invalid number is refused later, by the handler.
    const long count = max == params.end() ? 1 : std::strtol(max->second.c_str(), nullptr, 10);
    return static_cast<double>(std::clamp(count, 1L, 1000L));
  }
  return static_cast<double>(std::count_if(params.begin(), params.end(), [](const auto& param) {
    return param.first.starts_with("InstanceId.");
  }));
}

struct QuotaRow {
  std::string_view name;
  long value;
};
// EC2's quotas start at 5 vCPUs; an account in use has higher ones.
constexpr auto kQuotas = std::to_array<QuotaRow>({{"spot_vcpus", 640},
                                                  {"on_demand_vcpus", 640},
                                                  {"addresses", 5},
                                                  {"initialization_mib_s", 5000}});

bool counts(const Json& instance, bool spot) {
  const std::string state = state_name(instance);
  return (state == "pending" || state == "running" || state == "stopping") &&
         (text(instance, "instanceLifecycle") == "spot") == spot;
}

}  // namespace

bool Buckets::enough(const std::string& name, double capacity, double refill, double cost,
                     TimePoint now) {
  Bucket& bucket = buckets_.try_emplace(name, Bucket{.tokens = capacity, .at = now}).first->second;
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(capacity, bucket.tokens + std::max(0.0, seconds) * refill);
  bucket.at = now;
  return bucket.tokens >= cost;
}

Result<void> Buckets::take(const std::string& region, const std::string& action,
                           const ParamMap& params, TimePoint now) {
  const Rate rate = rate_of(action, params);
  std::string name = region + "/" + std::string(rate.action);
  if (rate.action == "wide/") name += action;
  const Rate* instances = find_rate(kPerInstance, action);
  const std::string instances_name = region + "/instances/" + action;
  const double cost = instances == nullptr ? 0 : instances_of(action, params);
  if (!enough(name, rate.capacity, rate.refill, 1, now) ||
      (instances != nullptr &&
       !enough(instances_name, instances->capacity, instances->refill, cost, now))) {
    return refuse("RequestLimitExceeded", "Request limit exceeded.");
  }
  buckets_[name].tokens -= 1;
  if (instances != nullptr) buckets_[instances_name].tokens -= cost;
  return {};
}

bool is_quota(const std::string& name) {
  return std::any_of(kQuotas.begin(), kQuotas.end(),
                     [&](const QuotaRow& row) { return row.name == name; });
}

long quota(World& world, const std::string& name) {
  for (const QuotaRow& row : kQuotas) {
    if (row.name == name) return world.settings().value("quota/" + name, row.value);
  }
  return 0;
}

long vcpus_free(World& world, const std::string& region, bool spot) {
  long used = 0;
  for (const auto& [id, instance] : world.table(region, "instance")) {
    if (counts(instance, spot)) used += vcpus_of(text(instance, "instanceType"));
  }
  return quota(world, spot ? "spot_vcpus" : "on_demand_vcpus") - used;
}

Result<void> check_address_quota(World& world, const std::string& region) {
  const auto held = static_cast<long>(world.table(region, "address").size());
  if (held < quota(world, "addresses")) return {};
  return refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.");
}

}  // namespace ec2spotter::sim
