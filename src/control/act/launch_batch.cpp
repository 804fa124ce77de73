#include "control/act/launch_batch.hpp"

#include <algorithm>
#include <tuple>

#include "base/sha256.hpp"
#include "control/tags/batch_tags.hpp"
#include "model/launch_shape.hpp"

namespace ec2spotter {
namespace {

struct Batch {
  std::vector<std::size_t> indexes;
  Tags names;
};

// Do the calls for both say the same besides the machine's and the volume's names?
bool are_alike(const LaunchOrder& a, const LaunchOrder& b) {
  const auto of_step = [](const step::LaunchBody& step) {
    return std::tie(step.pool, step.engine, step.attempt, step.guest_files);
  };
  return of_step(*a.step) == of_step(*b.step) &&
         launch_shape(*a.machine) == launch_shape(*b.machine);
}

// A network interface is for one body. An instance_name may contain a space, which a list of names
// cannot. A body that takes over from another is tagged so, and tags hold for all bodies of a call;
// those of a persistent request say whose body it launches when its own has ended.
bool may_join(const LaunchOrder& order) {
  return order.step != nullptr && order.step->takes_over.empty() && !order.step->root_to_come &&
         order.step->interface.empty() && order.machine->instance_name.empty() &&
         order.step->engine != Engine::swap;
}

bool fit(const Tags& names) {
  return std::all_of(names.begin(), names.end(),
                     [](const auto& each) { return each.second.size() <= kTagValueMost; });
}

}  // namespace

std::vector<std::vector<std::size_t>> group_launches(const std::vector<LaunchOrder>& orders) {
  std::vector<Batch> batches;
  for (std::size_t index = 0; index < orders.size(); ++index) {
    const LaunchOrder& order = orders[index];
    Tags own = order.step == nullptr ? Tags{} : own_names(*order.machine, order.step->volume);
    const auto joined = std::find_if(batches.begin(), batches.end(), [&](const Batch& batch) {
      const LaunchOrder& first = orders[batch.indexes.front()];
      return may_join(order) && may_join(first) && batch.indexes.size() < kBatchMost &&
             are_alike(order, first) && fit(with_names_of_next(batch.names, own));
    });
    if (joined == batches.end()) {
      batches.push_back({.indexes = {index}, .names = std::move(own)});
    } else {
      joined->indexes.push_back(index);
      joined->names = with_names_of_next(std::move(joined->names), own);
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  groups.reserve(batches.size());
  for (Batch& batch : batches) groups.push_back(std::move(batch.indexes));
  return groups;
}

std::string batch_token(const std::vector<LaunchOrder>& batch) {
  if (batch.size() == 1) return batch.front().step->client_token;
  std::string tokens;
  for (const LaunchOrder& order : batch) tokens += order.step->client_token + "\n";
  return sha256_hex(tokens);
}

}  // namespace ec2spotter
