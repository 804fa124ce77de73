// The observing half of a turn: what EC2, the consoles and the probe say about machines.
#pragma once

#include "aws/ec2.hpp"
#include "control/surroundings.hpp"
#include "control/survey.hpp"
#include "model/machine.hpp"
#include "model/observation.hpp"

namespace ec2spotter {

// All of it about one machine. Reads only; notes in `memory` what was learned.
Result<Observation> observe(const Machine& machine, aws::Ec2& ec2, Prober& prober, Memory& memory,
                            TimePoint now);

// A machine under observation, with what a closer look at its bodies adds to `seen`.
struct Subject {
  const Machine* machine = nullptr;
  Observation* seen = nullptr;
  Memory* memory = nullptr;
};

// Reads the consoles of running bodies whose root is not up yet, at most `most` of them: first
// those that may have news, and of these the ones read the longest ago. The others keep what they
// said before. A console that cannot be read is no news: the limits of a boot bound how often it
// is tried.
void read_consoles(const std::vector<Subject>& subjects, aws::Ec2& ec2, TimePoint now, int most);

// Asks the bodies that hold a root whether SSH answers, where that can tell something.
void probe(const std::vector<Subject>& subjects, Prober& prober, TimePoint now);

}  // namespace ec2spotter
