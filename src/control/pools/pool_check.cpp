#include "control/pools/pool_check.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "aws/wire/error_table.hpp"
#include "base/nearest.hpp"
#include "control/act/body_spec.hpp"
#include "plan/choice/pool_choice.hpp"
#include "plan/choice/root_choice.hpp"

namespace ec2spotter {
namespace {

Result<void> ask(const Machine& machine, const VolumeId& root, const Pool& pool, aws::Ec2& ec2) {
  Memory memory;
  const step::LaunchBody step{
      .pool = pool, .volume = root, .engine = machine.engine, .client_token = {}};
  TRY(const aws::RunInstancesSpec spec, body_spec({{&machine, &step, &memory}}, ec2));
  return ec2.check_launch(spec);
}

bool is_about_launches(const Error& error) {
  if (error.code == Errc::no_capacity || error.code == Errc::quota) return false;
  switch (aws::reaction_to(error)) {
    case aws::Reaction::another_pool:
    case aws::Reaction::ask_user: return true;
    case aws::Reaction::stop: return !error.api_code.empty();
    default: return false;
  }
}

Result<void> check_offered(const std::vector<std::string>& types, const std::string& zone,
                           aws::Ec2& ec2) {
  TRY(const auto offered, ec2.describe_type_offerings(zone));
  for (const std::string& type : types) {
    if (std::find(offered.begin(), offered.end(), type) != offered.end()) continue;
    return fail(Errc::invalid, zone + " does not offer the instance type '" + type + "'" +
                                   did_you_mean(type, offered));
  }
  return {};
}

// Would EC2 launch an instance of one type, on one market at least?
Result<void> check_one_type(const Machine& machine, const VolumeId& root,
                            const std::vector<Pool>& pools, aws::Ec2& ec2) {
  std::optional<Error> first;
  for (const Pool& pool : pools) {
    auto asked = ask(machine, root, pool, ec2);
    if (asked || !is_about_launches(asked.error())) return {};
    if (!first) first = with_context(std::move(asked).error(), describe(pool));
  }
  if (!first) return {};
  return fail(with_context(std::move(*first), "EC2 would not launch this machine"));
}

}  // namespace

std::vector<PoolRefusal> refused_pools(const Machine& machine, const Observation& seen,
                                       aws::Ec2& ec2) {
  std::vector<PoolRefusal> refused;
  const Volume* root = choose_root(machine, seen, TimePoint{}).volume;
  if (root == nullptr || machine.image.empty()) return refused;
  std::vector<Pool> pools = pools_of(machine, seen, root->zone);
  if (pools.size() > kPoolsAsked) pools.resize(kPoolsAsked);
  for (const Pool& pool : pools) {
    auto asked = ask(machine, root->id, pool, ec2);
    if (asked) continue;
    if (!is_about_launches(asked.error())) break;
    const bool of_pool = aws::concerns_pool(asked.error());
    refused.push_back({.pool = pool, .error = std::move(asked).error()});
    if (!of_pool) break;
  }
  return refused;
}

Result<void> check_can_launch(const Machine& machine, const VolumeId& root, const std::string& zone,
                              aws::Ec2& ec2) {
  std::vector<Pool> pools = pools_of(machine, {}, zone);
  if (pools.size() > kPoolsAsked) pools.resize(kPoolsAsked);
  std::optional<Error> first;
  for (const Pool& pool : pools) {
    auto asked = ask(machine, root, pool, ec2);
    if (asked) return {};
    if (!first) first = std::move(asked).error();
  }
  if (first) return fail(std::move(*first));
  return {};
}

Result<void> check_types_fit(const Machine& machine, const VolumeId& root, const std::string& zone,
                             aws::Ec2& ec2) {
  TRY_VOID(check_offered(machine.types, zone, ec2));
  const std::vector<Pool> pools = pools_of(machine, {}, zone);
  for (std::size_t i = 0; i < machine.types.size() && i < kPoolsAsked; ++i) {
    std::vector<Pool> of_type;
    std::copy_if(pools.begin(), pools.end(), std::back_inserter(of_type),
                 [&](const Pool& pool) { return pool.instance_type == machine.types[i]; });
    TRY_VOID(check_one_type(machine, root, of_type, ec2));
  }
  return {};
}

}  // namespace ec2spotter
