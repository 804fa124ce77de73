// Whether the machines answer from outside.
#pragma once

#include <vector>

#include "control/observe/subject.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter {

// Asks the bodies that hold a root whether SSH answers, where that can tell something: in each turn
// until one has answered, then once a minute, some hundred at the most. Of a server that answered
// before, the host key tells whether it is still the same.
void probe(const std::vector<Subject>& subjects, Prober& prober, TimePoint now);

}  // namespace ec2spotter
