#include "control/act/launch_batch.hpp"

#include <algorithm>
#include <tuple>

#include "base/sha256.hpp"
#include "control/tags/batch_tags.hpp"

namespace ec2spotter {
namespace {

struct Batch {
  std::vector<std::size_t> places;
  Tags names;
};

// All that a call says besides the machine's and the volume's names. Every part of a launch that a
// machine file decides has to be named here.
auto manner_of(const LaunchOrder& order) {
  const Machine& machine = *order.machine;
  const step::LaunchBody& step = *order.step;
  return std::tie(step.pool, step.engine, step.attempt, step.guest_files, machine.owner,
                  machine.image, machine.subnet, machine.security_groups, machine.key_name,
                  machine.max_price, machine.device, machine.adopt, machine.guest_helper,
                  machine.fix_network);
}

// An instance_name may contain a space, which a list of names cannot. A body that
// takes over from another is tagged so, and tags hold for all bodies of a call; those of a
// persistent request say whose body it launches when its own has ended.
bool may_join(const LaunchOrder& order) {
  return order.step != nullptr && order.step->takes_over.empty() &&
         order.machine->instance_name.empty() && order.step->engine != Engine::swap;
}

bool fit(const Tags& names) {
  return std::all_of(names.begin(), names.end(),
                     [](const auto& each) { return each.second.size() <= kTagValueMost; });
}

}  // namespace

std::vector<std::vector<std::size_t>> group_launches(const std::vector<LaunchOrder>& orders) {
  std::vector<Batch> batches;
  for (std::size_t place = 0; place < orders.size(); ++place) {
    const LaunchOrder& order = orders[place];
    Tags own = order.step == nullptr ? Tags{} : own_names(*order.machine, order.step->volume);
    const auto joined = std::find_if(batches.begin(), batches.end(), [&](const Batch& batch) {
      const LaunchOrder& first = orders[batch.places.front()];
      return may_join(order) && may_join(first) && batch.places.size() < kBatchMost &&
             manner_of(order) == manner_of(first) && fit(with_names_of_next(batch.names, own));
    });
    if (joined == batches.end()) {
      batches.push_back({.places = {place}, .names = std::move(own)});
    } else {
      joined->places.push_back(place);
      joined->names = with_names_of_next(std::move(joined->names), own);
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  groups.reserve(batches.size());
  for (Batch& batch : batches) groups.push_back(std::move(batch.places));
  return groups;
}

std::string batch_token(const std::vector<LaunchOrder>& batch) {
  if (batch.size() == 1) return batch.front().step->client_token;
  std::string tokens;
  for (const LaunchOrder& order : batch) tokens += order.step->client_token + "\n";
  return sha256_hex(tokens);
}

}  // namespace ec2spotter
