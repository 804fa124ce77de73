// Which launches go out by one RunInstances call. EC2 takes few such calls (a bucket of 5 that
// gains 2 a second) but counts their instances generously, so that many machines that lose their
// bodies at once come back by batches. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/decision.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// The launch that one machine needs now. All that it points to outlives it.
struct LaunchOrder {
  const Machine* machine = nullptr;
  const step::LaunchBody* step = nullptr;  // null: something else, which goes alone
  Memory* memory = nullptr;                // where to note what came of it
};

// So many bodies at a time keep the user data and the tags small, and a refusal cheap.
inline constexpr std::size_t kBatchMost = 10;

// The indexes in `orders` of those that go out together, each index once. A batch holds orders
// whose calls would be alike apart from machine and volume, at most kBatchMost of them, and no more
// than their tags have room for. Batches stand in the order of their first members, members in that
// of `orders`.
std::vector<std::vector<std::size_t>> group_launches(const std::vector<LaunchOrder>& orders);

// The client token of a batch of launches: the same for the same members in the same order. One
// alone keeps its own.
std::string batch_token(const std::vector<LaunchOrder>& batch);

}  // namespace ec2spotter
