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
  // One that is to take over from `body`, which works; none if that has to wait.
  std::optional<Decision> successor(const Root& root, const Instance& body) const;

 private:
  Decision launch_from(const Root& root, PoolChoice choice, const InstanceId& takes_over) const;
  Decision wait_for_pools(PoolChoice choice) const;

  const Situation& s_;
};

// The client token of a launch: what tells one body from another is inside, so that equal decisions
// collapse into one instance. What it takes over is not: of a replacement and a successor that two
// controllers ask for at once, EC2 gives one. At most 64 ASCII characters.
std::string launch_token(const Machine& machine, const VolumeId& volume,
                         const InstanceId& last_body, const step::LaunchBody& launch, int attempt);

}  // namespace ec2spotter
