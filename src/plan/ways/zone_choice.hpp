// Stay and wait for capacity, or move the root to another zone, and to which?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/situation.hpp"

namespace ec2spotter {

// The zones in which the machine may live beside the one that its root is in: those of its file
// that the region has for the account.
std::vector<std::string> other_zones(const Machine& machine, const Observation& seen,
                                     const std::string& own);

// For a machine whose zone has no open pool. The expected times decide, within what the file
// allows.
class ZoneChoice {
 public:
  ZoneChoice(const Situation& s, const Root& root) : s_(s), root_(root) {}

  // The zone of the root first. A zone without an open pool is out of the question.
  std::vector<ZoneSum> sums() const;
  // Orders the move to the zone that is taken; nullopt: the machine stays.
  std::optional<Decision> leave(const std::vector<ZoneSum>& sums) const;

 private:
  bool may_change_order() const;
  Duration waited() const;
  Duration staying() const;
  Duration moving() const;

  const Situation& s_;
  const Root& root_;
};

}  // namespace ec2spotter
