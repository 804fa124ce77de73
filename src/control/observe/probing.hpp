// Whether the machines answer from outside.
#pragma once

#include <vector>

#include "control/observe/subject.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter {

// Asks the bodies that hold a root whether SSH answers, if the answer is of use: in each turn until
// one has answered, then once a minute, some hundred at the most. The host key shows whether it is
// still the server that answered before.
void probe(const std::vector<Subject>& subjects, Prober& prober, TimePoint now);

}  // namespace ec2spotter
