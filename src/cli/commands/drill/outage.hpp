// How long a machine was away, from questions that were asked from outside. Pure.
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace ec2spotter::cli {

struct Gap {
  Duration begun{};
  Duration time{};
  bool ended = true;
  bool operator==(const Gap&) const = default;
};

// Takes the answers in the order in which they came.
class OutageMeter {
 public:
  void take(Duration at, bool answers);

  // The longest time from a first question without an answer to the next answer: one lost packet
  // before or after does not count as the outage. Nullopt: there was always an answer.
  std::optional<Gap> longest() const;
  bool is_out() const { return out_.has_value(); }

 private:
  std::optional<Gap> longest_;  // of those that have ended
  std::optional<Gap> out_;      // the present one
};

}  // namespace ec2spotter::cli
