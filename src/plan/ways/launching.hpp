// Asks for the next body of a machine, or says why there is none now.
#pragma once

#include <optional>
#include <string>

#include "plan/choice/pool_choice.hpp"
#include "plan/situation.hpp"

namespace ec2spotter {

// All that it is given outlives it.
class Launching {
 public:
  explicit Launching(const Situation& s) : s_(s) {}

  // A body for a machine that has none.
  Decision next_body(const Root& root) const;
  // One that takes over from `body`, which works; nullopt: that has to wait.
  std::optional<Decision> successor(const Root& root, const Instance& body) const;

 private:
  Decision launch_from(const Root& root, PoolChoice choice, const InstanceId& takes_over) const;
  Decision wait_for_pools(PoolChoice choice) const;

  const Situation& s_;
};

// The client token of a launch: it contains all that tells two bodies apart, so that equal
// decisions give one instance. `takes_over` is not in it: when two controllers ask at once, one for
// a replacement and one for a successor, EC2 gives one instance. At most 64 ASCII characters.
std::string launch_token(const Machine& machine, const VolumeId& volume,
                         const InstanceId& last_body, const step::LaunchBody& launch, int attempt);

}  // namespace ec2spotter
