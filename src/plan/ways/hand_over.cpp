#include "plan/ways/hand_over.hpp"

#include <algorithm>

namespace ec2spotter {
namespace {

bool may_return_to_spot(const Machine& machine, const Instance& body, TimePoint now) {
  using When = ReturnToSpot::When;
  if (body.market == Market::spot || !wishes(machine, Market::spot)) return false;
  const ReturnToSpot& wish = machine.return_to_spot;
  if (wish.when != When::windows) return wish.when == When::always;
  return std::any_of(wish.windows.begin(), wish.windows.end(),
                     [&](const WeekWindow& window) { return contains(window, now); });
}

}  // namespace

bool wants_successor(const Machine& machine, const Memory& memory, const Instance& body,
                     TimePoint now) {
  return memory.rebalance.contains(body.id) || may_return_to_spot(machine, body, now);
}

}  // namespace ec2spotter
