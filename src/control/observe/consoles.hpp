// Reads the bodies' consoles, within a share of a turn.
#pragma once

#include <vector>

#include "control/observe/subject.hpp"
#include "control/surroundings.hpp"

namespace ec2spotter {

// Reads the consoles of running bodies, at most `max` of them: first of those whose root is not up
// yet and which may have news, and of these the ones read the longest ago; then of those that came
// up and are not well, or have not been read for long. The others keep what they said before, as do
// those for which the reading's share of a turn does not suffice. A console that cannot be read is
// neither news nor silence.
void read_consoles(const std::vector<Subject>& subjects, const Controls& controls, int max);

}  // namespace ec2spotter
