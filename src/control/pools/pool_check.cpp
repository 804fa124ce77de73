#include "control/pools/pool_check.hpp"

#include <utility>

#include "aws/wire/error_table.hpp"
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

}  // namespace ec2spotter
