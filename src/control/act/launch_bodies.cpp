#include "control/act/launch_bodies.hpp"

#include <utility>

#include "aws/wire/error_table.hpp"
#include "control/act/body_spec.hpp"
#include "control/tags/batch_tags.hpp"
#include "plan/limits.hpp"

namespace ec2spotter {
namespace {

// Notes an error that the planner can act on; false: it is a failure.
bool note_refusal(const LaunchOrder& order, const Error& error, TimePoint now) {
  if (close_pool(*order.memory, order.step->pool, error, now)) return true;
  // The token was spent on an instance that has ended, or on another decision.
  if (error.api_code.starts_with("Idempotent")) {
    ++order.memory->launch_attempt;
    return true;
  }
  return false;
}

}  // namespace

bool close_pool(Memory& memory, const Pool& pool, const Error& error, TimePoint now) {
  if (!aws::concerns_pool(error)) return false;
  const bool passes = error.code == Errc::no_capacity || error.code == Errc::quota;
  memory.closed_pools[pool] = {.why = error.describe(),
                               .until = now + (passes ? kClosedPoolLifetime : kRefusedPoolLifetime),
                               .errc = error.code};
  return true;
}

Result<std::set<std::size_t>> launch_bodies(const std::vector<LaunchOrder>& batch, aws::Ec2& ec2,
                                            TimePoint now) {
  TRY(const aws::RunInstancesSpec spec, body_spec(batch, ec2));
  auto launched = ec2.run_instances(spec);
  std::set<std::size_t> without_room;
  if (!launched) {
    for (const LaunchOrder& order : batch) {
      if (!note_refusal(order, launched.error(), now)) return fail(std::move(launched).error());
    }
    return without_room;
  }
  for (std::size_t index = 0; index < batch.size(); ++index) without_room.insert(index);
  for (Instance& body : *launched) {
    const auto index = static_cast<std::size_t>(body.launch_index);
    CHECK(index < batch.size());
    without_room.erase(index);
    take_own_names(body);
    batch[index].memory->launched[body.id] = std::move(body);
  }
  return without_room;
}

}  // namespace ec2spotter
